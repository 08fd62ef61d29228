using BenchmarkDotNet.Attributes;
using EdgeFusion.Time;
using EdgeFusion.Windowing;
using EdgeFusion.Worker.Bench;

namespace EdgeFusion.Benchmarks;

/// <summary>What does it cost to ask whether a window can leave, too early, and when it can?</summary>
[MemoryDiagnoser]
public class AlignerBenchmark
{
    private readonly FilledPipeline _filled = new();
    private WindowAligner _early = null!;
    private WindowAligner _aligner = null!;

    [GlobalSetup]
    public void Open()
    {
        // An early one whose window ends after everything that the rings hold.
        _early = new WindowAligner(new WindowGrid(_filled.End, BenchWorkload.Manifest.Window), _filled.Inputs, false);

        // Windows of no length that all end at once, so that each call cuts one.
        var shape = BenchWorkload.Manifest.Window with { HopNanoseconds = 0 };
        _aligner = new WindowAligner(new WindowGrid(_filled.Start, shape), _filled.Inputs, false);
    }

    [Benchmark(Baseline = true)]
    public bool TooEarly() => _early.TryCut(_filled.End, _filled.Cut);

    [Benchmark]
    public bool Cut() => _aligner.TryCut(_filled.End.AddNanoseconds(Timestamp.NanosecondsPerSecond), _filled.Cut);

    [GlobalCleanup]
    public void Close() => _filled.Dispose();
}
