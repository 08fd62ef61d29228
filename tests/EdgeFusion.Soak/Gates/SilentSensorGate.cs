using EdgeFusion.Inference;
using EdgeFusion.Pipeline;
using EdgeFusion.Predictions;
using EdgeFusion.Time;
using EdgeFusion.Windowing;
using EdgeFusion.Worker.Bench;

namespace EdgeFusion.Soak.Gates;

/// <summary>
/// A sensor falls silent for minutes of virtual time: every window still leaves, within its deadline and with that
/// sensor masked, and memory stays flat.
/// </summary>
internal static class SilentSensorGate
{
    private const int Force = 2;
    private const int MinutesBefore = 1;
    private const long Minute = 60 * Timestamp.NanosecondsPerSecond;

    public static IEnumerable<Verdict> Run(SoakPlan plan)
    {
        var start = new Timestamp(1_000_000_000_000);
        Timestamp silence = start.AddNanoseconds(MinutesBefore * Minute);
        var bench = new BenchFeed(start) { EndNanoseconds = MinutesBefore * Minute };
        using var feed = new MutedFeed(bench, Force, silence);
        var watch = new MaskWatch(silence);
        using var pipeline = new VirtualPipeline(
            new VirtualSetup
            {
                Manifest = BenchWorkload.Manifest,
                Origin = start,
                Windows = watch,
            },
            feed.Sensors);
        pipeline.RunOn(feed);

        // The first silent minute compiles what only silence needs; growth is counted from its end on.
        bench.EndNanoseconds += Minute;
        pipeline.RunOn(feed);
        long before = Environment.WorkingSet;
        bench.EndNanoseconds += plan.SilentMinutes * Minute;
        pipeline.RunOn(feed);
        double growth = (Environment.WorkingSet - before) / 1e6 / plan.SilentMinutes;

        long expected = (bench.EndNanoseconds - BenchWorkload.Manifest.Window.LengthNanoseconds)
            / BenchWorkload.Manifest.Window.HopNanoseconds;
        yield return Verdict.AtMost(
            $"silent sensor: growth of memory over {plan.SilentMinutes} min", growth,
            Budgets.SilentGrowthMegabytesPerMinute, "MB/min");
        yield return Verdict.AtLeast("silent sensor: windows emitted", watch.Windows, expected, "windows");
        yield return Verdict.AtMost("silent sensor: windows not masked", watch.Unmasked, 0, "windows");
        yield return Verdict.AtMost("silent sensor: windows after the deadline", watch.Late, 0, "windows");
    }

    /// <summary>Counts windows, and those of the silent time that do not say so.</summary>
    private sealed class MaskWatch(Timestamp silence) : IWindowSink
    {
        public long Windows { get; private set; }

        public long Unmasked { get; private set; }

        public long Late { get; private set; }

        public void Write(WindowCut cut, TensorArena arena, ReadOnlySpan<ModalityState> states)
        {
            Windows++;
            Late += cut.CutTime.NanosecondsSince(cut.End) > BenchWorkload.Manifest.Window.DeadlineNanoseconds ? 1 : 0;
            bool masked = arena.Floats(arena.MaskIndex)[Force] == 0 && states[Force].Presence != Presence.Present;
            Unmasked += cut.Start >= silence && !masked ? 1 : 0;
        }
    }
}
