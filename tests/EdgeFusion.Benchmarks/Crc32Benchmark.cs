using BenchmarkDotNet.Attributes;
using EdgeFusion.Recording.Mcap;

namespace EdgeFusion.Benchmarks;

/// <summary>How much faster is the carry-less multiplication than tables, for a small record and a chunk?</summary>
[MemoryDiagnoser]
public class Crc32Benchmark
{
    private byte[] _data = [];

    [Params(64, 1 << 20)]
    public int Bytes { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        _data = new byte[Bytes];
        new Random(1).NextBytes(_data);
    }

    [Benchmark(Baseline = true)]
    public uint Tables() => Crc32.AppendTables(0, _data);

    [Benchmark]
    public uint Best() => Crc32.Compute(_data);
}
