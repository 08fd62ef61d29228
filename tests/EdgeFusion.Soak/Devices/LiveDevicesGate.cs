using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using EdgeFusion.Linux.Tests.Audio;
using EdgeFusion.Pipeline;
using EdgeFusion.Sensing;
using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Live;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeFusion.Soak.Devices;

/// <summary>
/// The whole worker on simulated devices that are unplugged, dropped, killed, muted and frozen: a prediction for every
/// window, data again soon after a device is back, and counters that add up.
/// </summary>
internal sealed class LiveDevicesGate : IDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly DevicePlan _plan;
    private readonly Random _random;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("edgefusion-devices-");
    private readonly RigProcess _rig;
    private readonly int _cameraPort;
    private readonly Dictionary<string, (int Count, double Longest)> _outages = [];
    private readonly WindowLedger _ledger = new();
    private readonly PulseServer? _sound;
    private RigProcess _camera;

    private LiveDevicesGate(DevicePlan plan)
    {
        _plan = plan;
        _random = new Random(plan.Seed);
        _rig = new RigProcess(DeviceRig.Verb, _folder.FullName);
        _camera = new RigProcess(DeviceRig.CameraVerb, "0");
        _cameraPort = _camera.Port;
        _sound = StartSound();
    }

    /// <summary>Measures the cost, then breaks devices.</summary>
    public static IEnumerable<Verdict> Run(DevicePlan plan)
    {
        using var gate = new LiveDevicesGate(plan);
        return [.. DeviceCostGate.Run(gate._rig, gate._folder.FullName, plan.Cost), .. gate.RunFaults()];
    }

    public void Dispose()
    {
        _sound?.Dispose();
        _camera.Dispose();
        _rig.Dispose();
        _folder.Delete(recursive: true);
    }

    private List<Verdict> RunFaults()
    {
        WorkerOptions options = DeviceConfig.Faults(
            _folder.FullName, _rig.Port, _cameraPort, _sound?.NameForAlsa(PulseServer.Microphone));
        using var session = new LiveSession(options, new LogObserver(NullLogger.Instance));
        FusionPipeline pipeline = session.Pipeline;
        pipeline.AddSink(_ledger);
        session.Start();
        WaitForAll(pipeline);
        long begin = Stopwatch.GetTimestamp();
        DeviceFault[] faults = Array.FindAll(
            Faults(), fault => fault.Name.Contains(_plan.Only, StringComparison.OrdinalIgnoreCase));
        do
        {
            _random.Shuffle(faults);
            foreach (DeviceFault fault in faults)
            {
                Inflict(fault, pipeline);
            }
        }
        while (Stopwatch.GetElapsedTime(begin) < _plan.Length);

        double seconds = session.Clock.Now.NanosecondsSince(pipeline.Grid.End(0)) / 1e9;
        session.Dispose();
        return Verdicts(pipeline, seconds);
    }

    private DeviceFault[] Faults() =>
    [
        new("force sensor unplugged", () => _rig.Do("unplug"), () => _rig.Do("plug"), ["wrist"]),
        new("force sensor mute", () => _rig.Do("mute"), () => _rig.Do("unmute"), ["wrist"]),
        new("robot drops the connection", () => _rig.Do("drop"), () => { }, ["arm"]),
        new("robot silent", () => _rig.Do("hush"), () => _rig.Do("speak"), ["arm"]),
        new("camera killed", () => _camera.Dispose(), Restart, ["camera"]),
        new("camera frozen", () => _camera.Freeze(), () => _camera.Thaw(), ["camera"]),
        new("force sensor and robot frozen", _rig.Freeze, _rig.Thaw, ["wrist", "arm"]),
        .. _sound is { } sound
            ? new DeviceFault[] { new("sound card gone", sound.Kill, sound.Start, [DeviceConfig.AlsaMicrophone]) }
            : [],
    ];

    private static PulseServer? StartSound()
    {
        try
        {
            return new PulseServer();
        }
        catch (Win32Exception)
        {
            Console.WriteLine("pulseaudio is not installed: no microphone by ALSA");
            return null;
        }
    }

    private void Restart() =>
        _camera = new RigProcess(DeviceRig.CameraVerb, _cameraPort.ToString(CultureInfo.InvariantCulture));

    private void Inflict(DeviceFault fault, FusionPipeline pipeline)
    {
        fault.Break();

        // From a moment to longer than any pause between two attempts.
        Thread.Sleep(_random.Next(300, 4_000));
        fault.Mend();
        long begin = Stopwatch.GetTimestamp();
        double longest = 0;
        foreach (string name in fault.Sensors)
        {
            SensorHost host = pipeline.Sensors.Single(sensor => sensor.Info.Name == name);
            long mended = host.Ring.Published;
            SpinWait.SpinUntil(() => host.Ring.Published > mended, Patience);
            longest = Math.Max(longest, Stopwatch.GetElapsedTime(begin).TotalSeconds);
        }

        (int count, double before) = _outages.GetValueOrDefault(fault.Name);
        _outages[fault.Name] = (count + 1, Math.Max(before, longest));
        Thread.Sleep(_random.Next(300, 1_500));
    }

    private static void WaitForAll(FusionPipeline pipeline)
    {
        foreach (SensorHost host in pipeline.Sensors)
        {
            if (!SpinWait.SpinUntil(() => host.Ring.Published > 0, StartPatience))
            {
                throw new SensorException($"Nothing came from '{host.Info.Name}' at all.");
            }
        }
    }

    private List<Verdict> Verdicts(FusionPipeline pipeline, double seconds)
    {
        var verdicts = new List<Verdict>();
        foreach ((string name, (int count, double longest)) in _outages)
        {
            verdicts.Add(Verdict.AtMost($"{name}, {count} times: data again", longest, Budgets.DeviceBackSeconds, "s"));
        }

        double expected = seconds / (pipeline.Manifest.Window.HopNanoseconds / 1e9);
        double windows = pipeline.Windows + pipeline.SkippedWindows;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"windows asked for {windows:F0} = predicted {pipeline.Windows} + {pipeline.Skips}; {seconds:F0} s"));
        verdicts.Add(Verdict.AtMost(
            "windows without prediction (all skipped)", _ledger.Missing, pipeline.SkippedWindows, ""));
        verdicts.Add(Verdict.AtMost(
            "windows neither predicted nor skipped", Math.Abs(_ledger.Last + 1 - windows) + _ledger.OutOfOrder, 0, ""));
        verdicts.Add(Verdict.AtMost(
            "predictions the sink did not get", pipeline.Windows - _ledger.Count, 0, ""));
        verdicts.Add(Verdict.AtLeast("windows that the clock asks for", windows, Math.Floor(expected) - 2, ""));
        foreach (SensorHost host in pipeline.Sensors)
        {
            SensorAccount account = host.Account;
            Console.WriteLine(account);
            verdicts.Add(Verdict.AtMost(
                $"{account.Sensor}: samples unaccounted for", Math.Abs(account.Unaccounted), 0, ""));
        }

        return verdicts;
    }
}
