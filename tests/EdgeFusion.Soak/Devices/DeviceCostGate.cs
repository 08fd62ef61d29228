using System.Diagnostics;
using System.Globalization;
using EdgeFusion.Buffering;
using EdgeFusion.Diagnostics;
using EdgeFusion.Sensing;
using EdgeFusion.Time;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Soak.Devices;

/// <summary>
/// What it costs to take devices in: processor time of the sensors' threads and of the runtime's that work for them
/// (GStreamer decodes on its own), and managed bytes of the whole process, without model and windows.
/// </summary>
internal static class DeviceCostGate
{
    private const int RingSeconds = 4;

    // The runtime's event loop and pool would work for us too, if anything of ours used them.
    private static readonly string[] Ours = ["sensor ", ".NET Sockets", ".NET TP"];
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    /// <summary>Measures the best of three rounds and prints each thread's share.</summary>
    public static IEnumerable<Verdict> Run(RigProcess rig, string folder, TimeSpan time)
    {
        rig.Do("plug-bota");
        WorkerOptions options = DeviceConfig.Cost(folder, rig.Port);
        var clock = new PipelineClock(TimeProvider.System);
        var hosts = new List<SensorHost>();
        foreach (ISensor sensor in new SensorFactory(options.Simulator).Create(options.Sensors))
        {
            int slots = (int)(RingSeconds * Timestamp.NanosecondsPerSecond / sensor.Info.PeriodNanoseconds) + 1;
            hosts.Add(new SensorHost(
                sensor, new SensorRing(sensor.Info, slots), TimeSpan.FromSeconds(RingSeconds),
                new SensorHostOptions(), clock, NullObserver.Instance));
        }

        hosts.ForEach(host => host.Start());
        WarmItUp();
        double percent = double.MaxValue;
        double bytes = double.MaxValue;
        for (int round = 0; round < SoakPlan.Rounds; round++)
        {
            (double roundPercent, double roundBytes) = Measure(hosts, time / SoakPlan.Rounds);
            percent = Math.Min(percent, roundPercent);
            bytes = Math.Min(bytes, roundBytes);
        }

        hosts.ForEach(host => host.Dispose());
        rig.Do("unplug-bota");
        hosts.ForEach(host => Console.WriteLine(host.Account));
        return
        [
            Verdict.AtMost("devices taken in: CPU in our own code", percent, Budgets.DeviceCpuPercent, "%"),
            Verdict.AtMost("devices taken in: managed bytes per sample", bytes, Budgets.DeviceSampleBytes, "B"),
            Verdict.AtMost(
                "devices taken in: samples unaccounted for", hosts.Sum(host => Math.Abs(host.Account.Unaccounted)), 0,
                ""),
        ];
    }

    /// <summary>
    /// Reads the threads' times often enough for the runtime to have compiled that for good: it allocates 24 and 32
    /// bytes then, some seconds after the first readings, which would be counted as the sensors'.
    /// </summary>
    private static void WarmItUp()
    {
        const int Readings = 200;
        for (int i = 0; i < Readings; i++)
        {
            ThreadTimes.Read();
            Thread.Sleep(WarmUp / Readings);
        }
    }

    private static (double Percent, double BytesPerSample) Measure(List<SensorHost> hosts, TimeSpan time)
    {
        long samples = -hosts.Sum(host => host.Ring.Published);
        Dictionary<string, long> before = ThreadTimes.Read();
        long begin = Stopwatch.GetTimestamp();
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        Thread.Sleep(time);
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        double nanoseconds = Stopwatch.GetElapsedTime(begin).TotalNanoseconds;
        double sum = 0;
        foreach ((string name, long total) in ThreadTimes.Read())
        {
            double percent = 100 * (total - before.GetValueOrDefault(name)) / nanoseconds;
            bool isOurs = Array.Exists(Ours, prefix => name.StartsWith(prefix, StringComparison.Ordinal));
            sum += isOurs ? percent : 0;
            if (isOurs || percent > 1)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  thread {name,-16} {percent:F2} %"));
            }
        }

        samples += hosts.Sum(host => host.Ring.Published);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {samples * 1e9 / nanoseconds:F0} samples/s, our threads {sum:F2} %, {allocated} bytes allocated"));
        return (sum, allocated / (double)Math.Max(1, samples));
    }
}
