using System.Runtime.InteropServices;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Worker.Bench;

/// <summary>The bench workload as a feed on virtual time: samples on exact grids, arriving when they are
/// captured.</summary>
internal sealed class BenchFeed : ISampleFeed
{
    private readonly Timestamp _start;
    private readonly long[] _index = new long[BenchWorkload.Sensors.Length];
    private readonly long[] _arrival = new long[BenchWorkload.Sensors.Length];
    private readonly byte[][] _templates;
    private int _current = -1;

    public BenchFeed(Timestamp start)
    {
        _start = start;
        _templates = Templates();
    }

    public IReadOnlyList<SensorInfo> Sensors => BenchWorkload.Sensors;

    /// <summary>Virtual end of the feed; may be moved on.</summary>
    public long EndNanoseconds { get; set; }

    public bool TryAdvance(out int sensor, out SampleHeader header)
    {
        if (_current >= 0)
        {
            _index[_current]++;
            _arrival[_current] = Arrival(_current);
        }
        else
        {
            for (int i = 0; i < _arrival.Length; i++)
            {
                _arrival[i] = Arrival(i);
            }
        }

        _current = 0;
        for (int i = 1; i < _arrival.Length; i++)
        {
            if (_arrival[i] < _arrival[_current])
            {
                _current = i;
            }
        }

        sensor = _current;
        long arrival = _arrival[_current];
        header = new SampleHeader
        {
            Sequence = _index[_current],
            Capture = _start.AddNanoseconds(arrival - BenchWorkload.Transport(BenchWorkload.Sensors[_current])),
            Arrival = _start.AddNanoseconds(arrival),
            Length = BenchWorkload.Sensors[_current].Layout.MaxSampleBytes,
        };
        if (arrival < EndNanoseconds)
        {
            return true;
        }

        // Not taken: it is the first one when the feed runs on.
        _current = -1;
        return false;
    }

    public void Fill(Span<byte> payload)
    {
        _templates[_current].CopyTo(payload);
        MemoryMarshal.Write(payload, (int)_index[_current] & 0xFFFF);
    }

    public void Dispose()
    {
    }

    /// <summary>One payload per sensor of plausible content, seeded; shared with the bare loop.</summary>
    public static byte[][] Templates()
    {
        var random = new Random(1);
        var templates = new byte[BenchWorkload.Sensors.Length][];
        for (int i = 0; i < templates.Length; i++)
        {
            templates[i] = new byte[BenchWorkload.Sensors[i].Layout.MaxSampleBytes];
            if (BenchWorkload.Sensors[i].Layout is FrameLayout)
            {
                random.NextBytes(templates[i]);
                continue;
            }

            foreach (ref float value in MemoryMarshal.Cast<byte, float>(templates[i].AsSpan()))
            {
                value = random.NextSingle() - 0.5f;
            }
        }

        return templates;
    }

    private long Arrival(int sensor)
    {
        SensorInfo info = BenchWorkload.Sensors[sensor];
        return BenchWorkload.CaptureNanoseconds(info, _index[sensor]) + BenchWorkload.Transport(info);
    }
}
