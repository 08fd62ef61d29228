using System.Runtime.InteropServices;
using EdgeFusion.Time;

namespace EdgeFusion.Worker.Bench;

/// <summary>
/// The floor: the same messages into preallocated rings and the same tensors out of them, in one thread without any
/// framework: no time search, no gate, no mask, no deadline. Not a product; what the copying alone costs.
/// </summary>
internal sealed class BareLoop
{
    private const int HopMilliseconds = 100;
    private readonly byte[][] _templates = BenchFeed.Templates();
    private readonly byte[][] _rings;
    private readonly int[] _slots;
    private readonly long[] _written;
    private readonly byte[] _image = new byte[BenchWorkload.ImageSide * BenchWorkload.ImageSide * 3];
    private readonly float[] _audio = new float[BenchWorkload.AudioRateHz];
    private readonly float[] _force = new float[BenchWorkload.ForceRateHz * 6];
    private readonly float[] _joints = new float[BenchWorkload.JointRateHz * 14];
    private long _images;

    public BareLoop()
    {
        int count = BenchWorkload.Sensors.Length;
        _rings = new byte[count][];
        _slots = [8, 160, 1_600, 800];
        _written = new long[count];
        for (int i = 0; i < count; i++)
        {
            _rings[i] = new byte[_slots[i] * _templates[i].Length];
        }
    }

    /// <summary>Runs windows of a tenth of a second each.</summary>
    /// <returns>A checksum, so that nothing is optimised away.</returns>
    public float Run(long windows)
    {
        float sum = 0;
        for (long window = 0; window < windows; window++)
        {
            for (int tick = 0; tick < HopMilliseconds; tick++)
            {
                Write(2);
                if (tick % 2 == 0)
                {
                    Write(3);
                }

                if (tick % 10 == 0)
                {
                    Write(1);
                }
            }

            for (int i = 0; i < 3; i++)
            {
                Write(0);
                _images++;
            }

            sum += Stage();
        }

        return sum;
    }

    /// <summary>Runs at real pace: wakes once per millisecond and takes what is due, stages a window per tenth of a
    /// second.</summary>
    public void RunLive(PipelineClock clock, TimeSpan time, CancellationToken stopping)
    {
        const long Millisecond = 1_000_000;
        Timestamp start = clock.Now;
        long first = _written[2];
        for (long tick = 1; tick <= time.TotalMilliseconds; tick++)
        {
            if (!clock.WaitUntil(start.AddNanoseconds(tick * Millisecond), stopping))
            {
                return;
            }

            for (int sensor = 0; sensor < _written.Length; sensor++)
            {
                long due = (first + tick) * Millisecond / BenchWorkload.Sensors[sensor].PeriodNanoseconds;
                while (_written[sensor] < due)
                {
                    Write(sensor);
                }
            }

            if (tick % HopMilliseconds == 0)
            {
                Stage();
            }
        }
    }

    private void Write(int sensor)
    {
        byte[] template = _templates[sensor];
        int slot = (int)(_written[sensor] % _slots[sensor]);
        Span<byte> target = _rings[sensor].AsSpan(slot * template.Length, template.Length);
        template.CopyTo(target);
        MemoryMarshal.Write(target, (int)_written[sensor] & 0xFFFF);
        _written[sensor]++;
    }

    private float Stage()
    {
        Newest(0, 1, _image);
        Newest(1, 100, MemoryMarshal.AsBytes(_audio.AsSpan()));
        Newest(2, 1_000, MemoryMarshal.AsBytes(_force.AsSpan()));
        Newest(3, 500, MemoryMarshal.AsBytes(_joints.AsSpan()));
        return _image[0] + _audio[^1] + _force[^1] + _joints[^1];
    }

    private void Newest(int sensor, int count, Span<byte> target)
    {
        int bytes = _templates[sensor].Length;
        long first = Math.Max(0, _written[sensor] - count);
        int slot = (int)(first % _slots[sensor]);
        int untilEnd = Math.Min(count, _slots[sensor] - slot);
        _rings[sensor].AsSpan(slot * bytes, untilEnd * bytes).CopyTo(target);
        _rings[sensor].AsSpan(0, (count - untilEnd) * bytes).CopyTo(target[(untilEnd * bytes)..]);
    }
}
