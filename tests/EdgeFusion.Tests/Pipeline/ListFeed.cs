using System.Runtime.InteropServices;
using EdgeFusion.Sensing;
using static EdgeFusion.Tests.Windowing.TestSensors;

namespace EdgeFusion.Tests.Pipeline;

/// <summary>Samples written down by a test, delivered in order of arrival.</summary>
internal sealed class ListFeed(params SensorInfo[] sensors) : ISampleFeed
{
    private readonly List<(int Sensor, SampleHeader Header, byte[] Payload)> _samples = [];
    private readonly long[] _sequences = new long[sensors.Length];
    private int _next;

    public IReadOnlyList<SensorInfo> Sensors => sensors;

    public void Add(int sensor, double captureMs, double arrivalMs, params float[] values)
    {
        byte[] payload = MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
        _samples.Add((sensor, new SampleHeader
        {
            Sequence = _sequences[sensor]++,
            Capture = At(captureMs),
            Arrival = At(arrivalMs),
            Length = payload.Length,
        }, payload));
    }

    /// <summary>Puts the samples into the order of arrival, keeping each sensor's own order.</summary>
    public ListFeed Sorted()
    {
        var sorted = _samples.OrderBy(sample => sample.Header.Arrival.Nanoseconds).ToList();
        _samples.Clear();
        _samples.AddRange(sorted);
        return this;
    }

    public ListFeed Again()
    {
        _next = 0;
        return this;
    }

    public bool TryAdvance(out int sensor, out SampleHeader header)
    {
        (sensor, header, _) = _next < _samples.Count ? _samples[_next] : (-1, default, []);
        return _next++ < _samples.Count;
    }

    public void Fill(Span<byte> payload) => _samples[_next - 1].Payload.CopyTo(payload);

    public void Dispose()
    {
    }
}
