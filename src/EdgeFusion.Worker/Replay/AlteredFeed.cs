using System.Buffers;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Worker.Replay;

/// <summary>A feed with sensors muted and faults added, the same way in every replay.</summary>
internal sealed class AlteredFeed : ISampleFeed
{
    private const long LateNanoseconds = 300_000_000;

    private readonly ISampleFeed _inner;
    private readonly Timestamp _start;
    private readonly bool[] _muted;
    private readonly ReplayFault[][] _faults;
    private readonly byte[][] _last;
    private readonly PriorityQueue<Held, (long Arrival, long Order)> _late = new();
    private readonly byte[] _payload;
    private bool _hasNext;
    private int _nextSensor;
    private SampleHeader _next;
    private long _order;
    private Held _current;

    /// <summary>Alters a feed.</summary>
    /// <param name="inner">The feed; not owned.</param>
    /// <param name="start">What the faults' times count from.</param>
    /// <param name="muted">Names of sensors that say nothing.</param>
    /// <param name="faults">Faults for a time.</param>
    /// <exception cref="ConfigurationException">A name is no sensor of the feed.</exception>
    public AlteredFeed(
        ISampleFeed inner, Timestamp start, IReadOnlyList<string> muted, IReadOnlyList<ReplayFault> faults)
    {
        _inner = inner;
        _start = start;
        int count = inner.Sensors.Count;
        _muted = new bool[count];
        _faults = new ReplayFault[count][];
        _last = new byte[count][];
        for (int i = 0; i < count; i++)
        {
            SensorInfo sensor = inner.Sensors[i];
            _muted[i] = muted.Contains(sensor.Name);
            _faults[i] = [.. faults.Where(fault => fault.Sensor == sensor.Name)];
            _last[i] = [];
        }

        _payload = new byte[SensorInfo.LargestSample(inner.Sensors)];
        string[] names = [.. inner.Sensors.Select(sensor => sensor.Name)];
        foreach (string name in muted.Concat(faults.Select(fault => fault.Sensor)).Except(names))
        {
            throw new ConfigurationException(
                $"The recording has no sensor '{name}'; it has {string.Join(", ", names)}.");
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<SensorInfo> Sensors => _inner.Sensors;

    /// <inheritdoc/>
    public bool TryAdvance(out int sensor, out SampleHeader header)
    {
        Release();
        while (true)
        {
            if (!_hasNext)
            {
                _hasNext = _inner.TryAdvance(out _nextSensor, out _next);
            }

            if (_late.TryPeek(out Held late, out _)
                && (!_hasNext || late.Header.Arrival.Nanoseconds <= _next.Arrival.Nanoseconds))
            {
                _current = _late.Dequeue();
                sensor = _current.Sensor;
                header = _current.Header;
                return true;
            }

            sensor = _nextSensor;
            header = _next;
            if (!_hasNext)
            {
                return false;
            }

            _hasNext = false;
            if (!Alter(sensor, header))
            {
                return true;
            }
        }
    }

    /// <inheritdoc/>
    public void Fill(Span<byte> payload) => _current.Payload.AsSpan(0, payload.Length).CopyTo(payload);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <returns>Whether the sample does not come now, or not at all.</returns>
    private bool Alter(int sensor, SampleHeader header)
    {
        ReplayFaultKind? kind = KindAt(sensor, header.Capture);
        if (kind is ReplayFaultKind.Mute)
        {
            return true;
        }

        Span<byte> payload = _payload.AsSpan(0, header.Length);
        _inner.Fill(payload);
        switch (kind)
        {
            case ReplayFaultKind.Stuck when _last[sensor].Length == header.Length:
                _last[sensor].CopyTo(payload);
                break;
            case ReplayFaultKind.Garbage:
                new Random(HashCode(sensor, header.Sequence)).NextBytes(payload);
                break;
            case ReplayFaultKind.Late:
                byte[] copy = ArrayPool<byte>.Shared.Rent(header.Length);
                payload.CopyTo(copy);
                header.Arrival = header.Arrival.AddNanoseconds(LateNanoseconds);
                _late.Enqueue(new Held(sensor, header, copy), (header.Arrival.Nanoseconds, _order++));
                return true;
            case null when _faults[sensor].Any(fault => fault.Kind == ReplayFaultKind.Stuck):
                _last[sensor] = payload.ToArray();
                break;
        }

        _current = new Held(sensor, header, _payload);
        return false;
    }

    private ReplayFaultKind? KindAt(int sensor, Timestamp capture)
    {
        if (_muted[sensor])
        {
            return ReplayFaultKind.Mute;
        }

        long at = capture.NanosecondsSince(_start) / 100;
        foreach (ReplayFault fault in _faults[sensor])
        {
            if (at >= fault.Start.Ticks && at < fault.Start.Ticks + fault.Length.Ticks)
            {
                return fault.Kind;
            }
        }

        return null;
    }

    /// <summary>The same on every machine, unlike System.HashCode.</summary>
    private static int HashCode(int sensor, long sequence) => (int)((sequence * 31) + sensor) & int.MaxValue;

    private void Release()
    {
        if (_current.Payload is { } used && used != _payload)
        {
            ArrayPool<byte>.Shared.Return(used);
        }

        _current = default;
    }

    private readonly record struct Held(int Sensor, SampleHeader Header, byte[] Payload);
}
