using BenchmarkDotNet.Attributes;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Worker.Bench;

namespace EdgeFusion.Benchmarks;

/// <summary>What does a message cost in a recording with CRC and index, and without them?</summary>
[MemoryDiagnoser]
public class RecordingBenchmark
{
    private byte[] _payload = [];
    private McapWriter _full = null!;
    private McapWriter _plain = null!;
    private ushort _fullChannel;
    private ushort _plainChannel;
    private ulong _time;

    /// <summary>Place of the sensor in the workload: 0 an image of 150,528 bytes, 2 a force of 24.</summary>
    [Params(0, 2)]
    public int Sensor { get; set; }

    [GlobalSetup]
    public void Open()
    {
        _payload = BenchFeed.Templates()[Sensor];
        _full = new McapWriter(Stream.Null);
        _fullChannel = _full.AddChannel("/bench", "raw");
        _plain = new McapWriter(
            Stream.Null, new McapWriterOptions { ChunkCrc = false, DataSectionCrc = false, MessageIndex = false });
        _plainChannel = _plain.AddChannel("/bench", "raw");
    }

    [Benchmark(Baseline = true)]
    public void WithoutCrcAndIndex() => _plain.WriteMessage(_plainChannel, 0, ++_time, _time, _payload);

    [Benchmark]
    public void WithCrcAndIndex() => _full.WriteMessage(_fullChannel, 0, ++_time, _time, _payload);

    [GlobalCleanup]
    public void Close()
    {
        _full.Dispose();
        _plain.Dispose();
    }
}
