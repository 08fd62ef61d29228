using System.Runtime.InteropServices;
using EdgeFusion.Buffering;
using EdgeFusion.Models;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Windowing.Binding;

/// <summary>Vector samples onto a time grid: linear interpolation, hold or nearest, bridging up to the largest
/// gap.</summary>
internal sealed class VectorBinder : InputBinder
{
    private readonly int _width;

    public VectorBinder(ModelInput input, SensorRing ring)
        : base(input, ring) => _width = ((VectorLayout)ring.Info.Layout).Width;

    protected override void Fill(
        long first, long last, Timestamp start, Timestamp end, Span<byte> tensor, ref BindResult result)
    {
        Span<float> target = MemoryMarshal.Cast<byte, float>(tensor);
        int step = 0;
        int covered = 0;
        long before = first - 1;
        while (step < Grid.Length)
        {
            Timestamp instant = start.AddNanoseconds(Grid[step]);
            while (before + 1 < last && Ring.Header(before + 1).Capture <= instant)
            {
                before++;
            }

            if (before >= first && Ring.Header(before).Capture == instant)
            {
                int run = ExactRun(before, last, start, step);
                CopyRun(before, run, target[(step * _width)..]);
                before += run - 1;
                step += run;
                covered += run;
                continue;
            }

            covered += Between(before, first, last, instant, target.Slice(step * _width, _width));
            step++;
        }

        result.CoveredSteps = covered;
        result.Newest = Ring.Header(last - 1).Capture;
    }

    /// <summary>Number of samples from one on that lie exactly on consecutive grid points.</summary>
    private int ExactRun(long sequence, long last, Timestamp start, int step)
    {
        int run = 1;
        while (step + run < Grid.Length && sequence + run < last
            && Ring.Header(sequence + run).Capture.Nanoseconds == start.Nanoseconds + Grid[step + run])
        {
            run++;
        }

        return run;
    }

    private void CopyRun(long sequence, int run, Span<float> target)
    {
        while (run > 0)
        {
            ReadOnlySpan<float> samples = MemoryMarshal.Cast<byte, float>(Ring.Run(sequence, run));
            samples.CopyTo(target);
            int copied = samples.Length / _width;
            target = target[samples.Length..];
            sequence += copied;
            run -= copied;
        }
    }

    /// <summary>One grid point that lies between two samples, before the first or after the last one.</summary>
    /// <returns>1 where it has a value, else 0.</returns>
    private int Between(long before, long first, long last, Timestamp instant, Span<float> target)
    {
        long sinceBefore = before >= first ? instant.NanosecondsSince(Ring.Header(before).Capture) : long.MaxValue;
        long after = before + 1;
        bool usesAfter = Input.Interpolation != Interpolation.Hold && after < last;
        long untilAfter = usesAfter ? Ring.Header(after).Capture.NanosecondsSince(instant) : long.MaxValue;
        bool hasBefore = sinceBefore <= MaxGap;
        bool hasAfter = untilAfter <= MaxGap;
        if (hasBefore && hasAfter && Input.Interpolation == Interpolation.Linear)
        {
            float weight = (float)(sinceBefore / (double)(sinceBefore + untilAfter));
            Kernels.Lerp(Sample(before), Sample(after), weight, target);
            return 1;
        }

        if (!hasBefore && !hasAfter)
        {
            target.Clear();
            return 0;
        }

        Sample(hasBefore && sinceBefore <= untilAfter ? before : hasAfter ? after : before).CopyTo(target);
        return 1;
    }

    private ReadOnlySpan<float> Sample(long sequence) => MemoryMarshal.Cast<byte, float>(Ring.Run(sequence, 1));
}
