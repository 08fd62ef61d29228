using System.Diagnostics;
using System.Globalization;
using EdgeFusion.Buffering;
using EdgeFusion.Diagnostics;
using EdgeFusion.Linux.Media;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Soak.Devices;

/// <summary>Network cameras whose server is stopped (SIGSTOP) and goes on: the hardest return, because connections are
/// accepted meanwhile and nothing is refused.</summary>
internal static class FreezeGate
{
    private const int Width = 320;
    private const int Height = 240;
    private const double RateHz = 15;
    private const int Slots = 60;
    private const double ShortestFreeze = 0.5;
    private const double LongestFreeze = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StaleAfter = TimeSpan.FromSeconds(0.25);

    /// <summary>Stops each of several cameras some times.</summary>
    public static IEnumerable<Verdict> Run(int cameras, int times)
    {
        var took = new List<double>();
        var threads = new List<Thread>();
        for (int i = 0; i < cameras; i++)
        {
            int seed = i;
            var thread = new Thread(() => Freeze(seed, times, took));
            thread.Start();
            threads.Add(thread);
        }

        threads.ForEach(thread => thread.Join());
        took.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{took.Count} stops of {ShortestFreeze} to {LongestFreeze} s: data again after "
            + $"{took[took.Count / 2]:F2} s (median), {took[(int)(took.Count * 0.99)]:F2} s (p99), "
            + $"{took[^1]:F2} s (longest)"));
        yield return Verdict.AtLeast("stops measured", took.Count, cameras * times, "");
        yield return Verdict.AtMost("data again after a stopped RTSP server goes on", took[^1], 2, "s");
    }

    private static void Freeze(int seed, int times, List<double> took)
    {
        var random = new Random(seed);
        using var rig = new RigProcess(DeviceRig.CameraVerb, "0");
        var info = new SensorInfo
        {
            Name = "camera",
            Modality = "camera",
            Layout = new FrameLayout(Width, Height, PixelFormat.Rgb8),
            RateHz = RateHz,
        };
        var sensor = new GStreamerSensor(info, new GStreamerOptions
        {
            Source = GStreamerSource.Rtsp,
            Url = string.Create(CultureInfo.InvariantCulture, $"rtsp://127.0.0.1:{rig.Port}/camera"),
        });
        using var host = new SensorHost(
            sensor, new SensorRing(info, Slots), StaleAfter, new SensorHostOptions(),
            new PipelineClock(TimeProvider.System), NullObserver.Instance);
        host.Start();
        if (!Comes(host, -1))
        {
            return;
        }

        for (int i = 0; i < times; i++)
        {
            Pause(random, ShortestFreeze / 2, ShortestFreeze);
            rig.Freeze();
            Pause(random, ShortestFreeze, LongestFreeze);
            rig.Thaw();
            long begin = Stopwatch.GetTimestamp();
            bool came = Comes(host, host.Ring.Published - 1);
            lock (took)
            {
                took.Add(came ? Stopwatch.GetElapsedTime(begin).TotalSeconds : Patience.TotalSeconds);
            }
        }
    }

    /// <summary>Waits until a sample after the given one is there.</summary>
    private static bool Comes(SensorHost host, long last) =>
        SpinWait.SpinUntil(() => host.Ring.Published - 1 > last, Patience);

    private static void Pause(Random random, double from, double to) =>
        Thread.Sleep(TimeSpan.FromSeconds(from + ((to - from) * random.NextDouble())));
}
