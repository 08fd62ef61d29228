using EdgeFusion.Buffering;
using EdgeFusion.Models;
using EdgeFusion.Sensing;
using EdgeFusion.Time;
using EdgeFusion.Windowing;
using FsCheck;
using FsCheck.Fluent;
using static EdgeFusion.Tests.Windowing.TestSensors;

namespace EdgeFusion.Tests.Windowing;

/// <summary>What holds for every arrival of samples, however late, sparse or bunched.</summary>
public sealed class WindowAlignerProperties
{
    private const long StaleNanoseconds = 250_000_000;

    /// <summary>One step of a run: milliseconds that pass, and how late the samples of the meantime arrive.</summary>
    private static readonly Gen<(int Pause, int Delay, bool Lost)[]> Steps =
        (from pause in Gen.Choose(1, 40)
         from delay in Gen.Frequency((6, Gen.Choose(0, 3)), (1, Gen.Choose(0, 400)))
         from lost in Gen.Frequency((8, Gen.Constant(false)), (1, Gen.Constant(true)))
         select (pause, delay, lost)).ArrayOf(120);

    [Fact]
    public void No_window_waits_past_its_deadline_and_none_uses_what_came_after_its_cut() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Steps.ToArbitrary(), HoldsThroughout));

    private static bool HoldsThroughout((int Pause, int Delay, bool Lost)[] steps)
    {
        var ring = new SensorRing(Vector(), 4_096);
        var aligner = new WindowAligner(
            new WindowGrid(Start, new WindowShape(1_000_000_000, 100_000_000, 50_000_000)),
            [new BoundInput(VectorInput(100), ring, StaleNanoseconds)], skipWhenBehind: false);
        var cut = new WindowCut(1);
        var waiting = new Queue<(double Capture, double Arrival)>();
        double now = 0;
        double lastArrival = 0;
        long expected = 0;
        foreach ((int pause, int delay, bool lost) in steps)
        {
            for (int i = 1; i <= pause && !lost; i++)
            {
                // A device delivers in order: a late sample holds up those behind it.
                lastArrival = Math.Max(lastArrival, now + i + delay);
                waiting.Enqueue((now + i, lastArrival));
            }

            double before = now;
            now += pause;
            while (waiting.TryPeek(out (double Capture, double Arrival) next) && next.Arrival <= now)
            {
                waiting.Dequeue();
                Put(ring, next.Capture, next.Arrival, SampleFlags.None, 1, 2);
            }

            while (aligner.TryCut(At(now), cut))
            {
                // Looked at every few milliseconds, a window leaves at the first look at or after its deadline.
                if (cut.Window != expected++ || !IsSound(cut, ring) || At(before) >= aligner.Grid.Due(cut.Window))
                {
                    return false;
                }
            }

            if (At(now) >= aligner.Grid.Due(aligner.NextWindow))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsSound(WindowCut cut, SensorRing ring)
    {
        InputCut input = cut.Inputs[0];
        bool pending = input.Condition == SensorCondition.Pending;
        bool arrived = input.Bound == 0 || ring.Header(input.Bound - 1).Arrival <= cut.CutTime;
        bool settled = input.Condition != SensorCondition.Settled
            || ring.Header(input.Bound - 1).Capture.AddNanoseconds(ring.Info.PeriodNanoseconds) >= cut.End;
        return arrived && settled && cut.CutTime >= cut.End && pending == (cut.Outcome == CutOutcome.Deadline);
    }
}
