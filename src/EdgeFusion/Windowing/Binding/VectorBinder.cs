using System.Runtime.InteropServices;
using EdgeFusion.Buffering;
using EdgeFusion.Models;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Windowing.Binding;

/// <summary>Vector samples onto a time grid: linear interpolation, hold or nearest, bridging up to the largest
/// gap.</summary>
/// <remarks>
/// The window's samples are first brought together, as the ring may end among them: a copy of some kilobytes makes the
/// walk over the grid a walk over two plain arrays.
/// </remarks>
internal sealed class VectorBinder : InputBinder
{
    private readonly int _width;
    private readonly float[] _values;

    /// <summary>Capture of each sample after the window's start, ns.</summary>
    private readonly long[] _times;

    public VectorBinder(ModelInput input, SensorRing ring)
        : base(input, ring)
    {
        _width = ((VectorLayout)ring.Info.Layout).Width;
        _values = new float[ring.Capacity * _width];
        _times = new long[ring.Capacity];
    }

    protected override void Fill(
        long first, long last, Timestamp start, Timestamp end, Span<byte> tensor, ref BindResult result)
    {
        int count = Gather(first, last, start);
        Span<float> target = MemoryMarshal.Cast<byte, float>(tensor);
        ReadOnlySpan<long> times = _times.AsSpan(0, count);
        int step = 0;
        int covered = 0;
        int before = -1;
        while (step < Grid.Length)
        {
            long instant = Grid[step];
            while (before + 1 < times.Length && times[before + 1] <= instant)
            {
                before++;
            }

            if (before >= 0 && times[before] == instant)
            {
                int run = ExactRun(times, before, step);
                Samples(before, run).CopyTo(target[(step * _width)..]);
                before += run - 1;
                step += run;
                covered += run;
                continue;
            }

            covered += Between(times, before, instant, target.Slice(step * _width, _width));
            step++;
        }

        result.CoveredSteps = covered;
        result.Newest = start.AddNanoseconds(times[^1]);
    }

    /// <summary>Copies the samples [first, last) and their times out of the ring; torn ones are found out by the
    /// caller.</summary>
    private int Gather(long first, long last, Timestamp start)
    {
        int count = (int)Math.Min(last - first, _times.Length);
        int done = 0;
        while (done < count)
        {
            ReadOnlySpan<float> run = MemoryMarshal.Cast<byte, float>(Ring.Run(first + done, count - done));
            run.CopyTo(_values.AsSpan(done * _width));
            done += run.Length / _width;
        }

        for (int i = 0; i < count; i++)
        {
            _times[i] = Ring.Header(first + i).Capture.NanosecondsSince(start);
        }

        return count;
    }

    /// <summary>Number of samples from one on that lie exactly on consecutive grid points.</summary>
    private int ExactRun(ReadOnlySpan<long> times, int sample, int step)
    {
        int run = 1;
        while (step + run < Grid.Length && sample + run < times.Length && times[sample + run] == Grid[step + run])
        {
            run++;
        }

        return run;
    }

    /// <summary>One grid point that lies between two samples, before the first or after the last one.</summary>
    /// <returns>1 where it has a value, else 0.</returns>
    private int Between(ReadOnlySpan<long> times, int before, long instant, Span<float> target)
    {
        long sinceBefore = before >= 0 ? instant - times[before] : long.MaxValue;
        int after = before + 1;
        bool usesAfter = Input.Interpolation != Interpolation.Hold && after < times.Length;
        long untilAfter = usesAfter ? times[after] - instant : long.MaxValue;
        bool hasBefore = sinceBefore <= MaxGap;
        bool hasAfter = untilAfter <= MaxGap;
        if (hasBefore && hasAfter && Input.Interpolation == Interpolation.Linear)
        {
            float weight = (float)(sinceBefore / (double)(sinceBefore + untilAfter));
            ReadOnlySpan<float> pair = Samples(before, 2);
            Kernels.Lerp(pair[.._width], pair[_width..], weight, target);
            return 1;
        }

        if (!hasBefore && !hasAfter)
        {
            target.Clear();
            return 0;
        }

        Samples(hasBefore && sinceBefore <= untilAfter ? before : hasAfter ? after : before, 1).CopyTo(target);
        return 1;
    }

    private ReadOnlySpan<float> Samples(int index, int count) => _values.AsSpan(index * _width, count * _width);
}
