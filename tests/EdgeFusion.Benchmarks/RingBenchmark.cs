using BenchmarkDotNet.Attributes;
using EdgeFusion.Buffering;
using EdgeFusion.Sensing;
using EdgeFusion.Time;
using EdgeFusion.Worker.Bench;

namespace EdgeFusion.Benchmarks;

/// <summary>What does a sample cost on its way into a ring and out of it, beside copying its bytes?</summary>
[MemoryDiagnoser]
public class RingBenchmark
{
    private readonly byte[] _target = new byte[BenchWorkload.Sensors[0].Layout.MaxSampleBytes];
    private byte[] _payload = [];
    private SensorRing _ring = null!;
    private RingReader _reader = null!;
    private long _time;

    /// <summary>Place of the sensor in the workload: 0 an image of 150,528 bytes, 2 a force of 24.</summary>
    [Params(0, 2)]
    public int Sensor { get; set; }

    [GlobalSetup]
    public void Open()
    {
        SensorInfo info = BenchWorkload.Sensors[Sensor];
        _payload = BenchFeed.Templates()[Sensor];
        _ring = new SensorRing(info, 64);
        _reader = new RingReader(_ring);
    }

    [Benchmark(Baseline = true)]
    public void Copy() => _payload.CopyTo(_target.AsSpan());

    [Benchmark]
    public void Write()
    {
        _payload.CopyTo(_ring.Claim());
        var now = new Timestamp(++_time);
        _ring.Publish(now, now, _payload.Length, SampleFlags.None);
    }

    [Benchmark]
    public RingRead WriteAndRead()
    {
        Write();
        return _reader.TryRead(out _, _target);
    }
}
