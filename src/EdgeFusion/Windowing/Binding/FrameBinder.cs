using EdgeFusion.Buffering;
using EdgeFusion.Models;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Windowing.Binding;

/// <summary>Images onto a time grid: the nearest frame per grid point, converted and scaled to the model's
/// size.</summary>
/// <remarks>
/// Windows overlap, so a frame serves several: converted frames are kept by sequence in a small direct-mapped cache.
/// </remarks>
internal sealed class FrameBinder : InputBinder
{
    private readonly FrameScaler? _scaler;
    private readonly int _frameBytes;
    private readonly byte[] _cache;
    private readonly long[] _cached;

    public FrameBinder(ModelInput input, SensorRing ring, WindowShape shape)
        : base(input, ring)
    {
        var layout = (FrameLayout)ring.Info.Layout;
        int height = input.Shape[2];
        int width = input.Shape[3];
        _frameBytes = height * width * input.Shape[4];
        bool same = layout.Width == width && layout.Height == height && layout.Format == input.PixelFormat;
        if (same)
        {
            _cache = [];
            _cached = [];
            return;
        }

        _scaler = new FrameScaler(layout, width, height, input.PixelFormat, input.Fit);
        double frames = (shape.LengthNanoseconds + MaxGap) / (double)ring.Info.PeriodNanoseconds;
        int slots = Math.Clamp((int)Math.Ceiling(frames) + 2, input.Steps, 64);
        _cache = new byte[checked(slots * _frameBytes)];
        _cached = new long[slots];
        Array.Fill(_cached, -1);
    }

    protected override void Fill(
        long first, long last, Timestamp start, Timestamp end, Span<byte> tensor, ref BindResult result)
    {
        int covered = 0;
        for (int step = 0; step < Grid.Length; step++)
        {
            Span<byte> target = tensor.Slice(step * _frameBytes, _frameBytes);
            long sequence = Nearest(first, last, start.AddNanoseconds(Grid[step]));
            if (sequence < 0)
            {
                target.Clear();
                continue;
            }

            covered++;
            if (_scaler is null)
            {
                Ring.Payload(sequence).CopyTo(target);
            }
            else
            {
                Converted(sequence).CopyTo(target);
            }
        }

        result.CoveredSteps = covered;
        result.Newest = Ring.Header(last - 1).Capture;
    }

    /// <summary>The frame nearest to an instant (or held, per manifest) within the largest gap; -1 where none
    /// is.</summary>
    private long Nearest(long first, long last, Timestamp instant)
    {
        long after = RingSearch.FirstAtOrAfter(Ring, first, last, instant);
        long before = after < last && Ring.Header(after).Capture == instant ? after : after - 1;
        long sinceBefore = before >= first ? instant.NanosecondsSince(Ring.Header(before).Capture) : long.MaxValue;
        bool usesAfter = Input.Interpolation != Interpolation.Hold && after < last;
        long untilAfter = usesAfter ? Ring.Header(after).Capture.NanosecondsSince(instant) : long.MaxValue;
        if (Math.Min(sinceBefore, untilAfter) > MaxGap)
        {
            return -1;
        }

        return sinceBefore <= untilAfter ? before : after;
    }

    private ReadOnlySpan<byte> Converted(long sequence)
    {
        int slot = (int)(sequence % _cached.Length);
        Span<byte> cached = _cache.AsSpan(slot * _frameBytes, _frameBytes);
        if (_cached[slot] != sequence)
        {
            _cached[slot] = -1;
            _scaler!.Scale(Ring.Payload(sequence), cached);
            if (Ring.IsIntact(sequence))
            {
                _cached[slot] = sequence;
            }
        }

        return cached;
    }
}
