using System.Runtime.InteropServices;
using EdgeFusion.Buffering;
using EdgeFusion.Models;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Windowing.Binding;

/// <summary>PCM blocks onto a sample-accurate grid; gaps become zeros and are counted.</summary>
/// <remarks>
/// <para>
/// Blocks that follow each other without a gap are spread evenly between their capture times, so a device that runs
/// 50 ppm fast is resampled by exactly that: the clock drift is corrected, sample for sample. Where a block lies on
/// the grid to within a thousandth of a sample it is copied.
/// </para>
/// <para>
/// Values between two frames are interpolated linearly, which is right for a fraction of a sample and for enlarging a
/// slow stream; a stream faster than the grid would alias and is refused when the plan is made.
/// </para>
/// </remarks>
internal sealed class AudioBinder : InputBinder
{
    /// <summary>Fraction of a sample below which a block counts as lying on the grid.</summary>
    private const double OnGrid = 1e-3;

    /// <summary>Frames by which the last block may end before the window does: clock noise, filled by its last
    /// value.</summary>
    private const double TailFrames = 2;

    private readonly AudioLayout _layout;
    private readonly int _channels;
    private readonly double _framePeriod;
    private readonly double _gridPeriod;
    private readonly float[] _block;
    private readonly float[] _converted;

    public AudioBinder(ModelInput input, SensorRing ring)
        : base(input, ring)
    {
        _layout = (AudioLayout)ring.Info.Layout;
        _channels = input.Shape.Length == 3 ? input.Shape[1] : 1;
        _framePeriod = Timestamp.NanosecondsPerSecond / ring.Info.RateHz;
        _gridPeriod = Timestamp.NanosecondsPerSecond / input.RateHz;
        _block = new float[_layout.MaxFramesPerBlock + 2];
        _converted = new float[_layout.Format == AudioFormat.Int16 ? _layout.MaxFramesPerBlock * _layout.Channels : 0];
    }

    /// <summary>The block that reaches into the window begins at most a block before it.</summary>
    protected override long Reach => (long)(_layout.MaxFramesPerBlock * _framePeriod * 1.25) + 1;

    protected override void Fill(
        long first, long last, Timestamp start, Timestamp end, Span<byte> tensor, ref BindResult result)
    {
        Span<float> target = MemoryMarshal.Cast<byte, float>(tensor);
        double origin = Input.Anchor switch
        {
            GridAnchor.Center => _gridPeriod / 2,
            GridAnchor.End => _gridPeriod,
            _ => 0,
        };
        int filled = 0;
        int covered = 0;
        for (long sequence = first; sequence < last; sequence++)
        {
            ref readonly SampleHeader header = ref Ring.Header(sequence);
            int frames = Frames(header);
            if (frames == 0)
            {
                continue;
            }

            bool joins = Joins(sequence, last, frames, out double duration);
            double begin = header.Capture.NanosecondsSince(start) - origin;
            int from = Math.Clamp((int)Math.Ceiling((begin / _gridPeriod) - OnGrid), filled, Input.Steps);
            double reach = joins ? duration : duration + (TailFrames * _framePeriod);
            int to = Math.Clamp((int)Math.Ceiling(((begin + reach) / _gridPeriod) - OnGrid), from, Input.Steps);
            Zero(target, filled, from);
            if (to > from)
            {
                double step = _gridPeriod / (duration / frames);
                double position = Math.Max(0, ((from * _gridPeriod) - begin) / (duration / frames));
                CopyBlock(sequence, frames, joins, position, step, target, from, to);
            }

            covered += to - from;
            filled = Math.Max(filled, to);
        }

        Zero(target, filled, Input.Steps);
        result.CoveredSteps = covered;
        Timestamp newest = Ring.Header(last - 1).Capture;
        newest = newest.AddNanoseconds((long)(Frames(Ring.Header(last - 1)) * _framePeriod));
        result.Newest = newest < end ? newest : end;
    }

    private int Frames(in SampleHeader header) =>
        Math.Clamp(header.Length / _layout.FrameBytes, 0, _layout.MaxFramesPerBlock);

    /// <summary>Whether the next block continues this one, and over which time this block's frames are
    /// spread.</summary>
    private bool Joins(long sequence, long last, int frames, out double duration)
    {
        duration = frames * _framePeriod;
        if (sequence + 1 >= last || (Ring.Header(sequence + 1).Flags & SampleFlags.Gap) != 0)
        {
            return false;
        }

        // A quarter of a block of disagreement is jitter of the stamps; more is a hole.
        double distance = Ring.Header(sequence + 1).Capture.NanosecondsSince(Ring.Header(sequence).Capture);
        if (Math.Abs(distance - duration) > Math.Max(0.25 * duration, 2 * _framePeriod))
        {
            return false;
        }

        duration = distance;
        return true;
    }

    private void CopyBlock(
        long sequence, int frames, bool joins, double position, double step, Span<float> target, int from, int to)
    {
        for (int channel = 0; channel < _channels; channel++)
        {
            Load(sequence, frames, channel, _block);
            _block[frames] = joins ? FirstFrame(sequence + 1, channel) : _block[frames - 1];
            _block[frames + 1] = _block[frames];
            Span<float> row = target.Slice(channel * Input.Steps, Input.Steps);
            Resample(_block.AsSpan(0, frames + 2), position, step, row[from..to]);
        }
    }

    /// <summary>Reads a block at position, position + step, ...; positions beyond its end hold the last
    /// value.</summary>
    private static void Resample(ReadOnlySpan<float> block, double position, double step, Span<float> target)
    {
        double growth = step - 1;
        int done = 0;
        while (done < target.Length)
        {
            double at = position + (done * step);
            int index = Math.Min((int)at, block.Length - 2);
            double fraction = Math.Min(at - index, 1);
            if (fraction > 1 - OnGrid && index < block.Length - 2)
            {
                index++;
                fraction = 0;
            }

            int run = RunLength(fraction, growth, Math.Min(target.Length - done, block.Length - 1 - index));
            Span<float> part = target.Slice(done, run);
            if (fraction < OnGrid && Math.Abs(growth) * run < OnGrid)
            {
                block.Slice(index, run).CopyTo(part);
            }
            else
            {
                Kernels.Shift(block.Slice(index, run + 1), (float)fraction, (float)growth, part);
            }

            done += run;
        }
    }

    /// <summary>How many outputs follow before the fraction leaves 0..1 and the source index jumps.</summary>
    private static int RunLength(double fraction, double growth, int longest)
    {
        double run = growth switch
        {
            > 0 => Math.Ceiling((1 - fraction) / growth),
            < 0 => Math.Floor(fraction / -growth) + 1,
            _ => longest,
        };
        return Math.Clamp((int)Math.Min(run, longest), 1, longest);
    }

    /// <summary>One channel of a block as floats; the mean of all where the model wants one and the device has
    /// more.</summary>
    private void Load(long sequence, int frames, int channel, Span<float> destination)
    {
        ReadOnlySpan<byte> payload = Ring.Payload(sequence);
        int values = Math.Min(frames * _layout.Channels, payload.Length / (_layout.FrameBytes / _layout.Channels));
        ReadOnlySpan<float> samples;
        if (_layout.Format == AudioFormat.Int16)
        {
            Kernels.ToFloat(MemoryMarshal.Cast<byte, short>(payload)[..values], _converted);
            samples = _converted.AsSpan(0, values);
        }
        else
        {
            samples = MemoryMarshal.Cast<byte, float>(payload)[..values];
        }

        if (_layout.Channels == 1)
        {
            samples.CopyTo(destination);
            return;
        }

        Deinterleave(samples, channel, destination[..frames]);
    }

    private void Deinterleave(ReadOnlySpan<float> samples, int channel, Span<float> destination)
    {
        int stride = _layout.Channels;
        int available = Math.Min(destination.Length, samples.Length / stride);
        for (int i = 0; i < available; i++)
        {
            if (_channels == stride)
            {
                destination[i] = samples[(i * stride) + channel];
                continue;
            }

            float sum = 0;
            for (int c = 0; c < stride; c++)
            {
                sum += samples[(i * stride) + c];
            }

            destination[i] = sum / stride;
        }
    }

    private float FirstFrame(long sequence, int channel)
    {
        Span<float> one = stackalloc float[1];
        Load(sequence, 1, channel, one);
        return one[0];
    }

    private void Zero(Span<float> target, int from, int to)
    {
        for (int channel = 0; channel < _channels && to > from; channel++)
        {
            target.Slice((channel * Input.Steps) + from, to - from).Clear();
        }
    }
}
