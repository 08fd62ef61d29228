using System.Buffers;
using BenchmarkDotNet.Attributes;
using EdgeFusion.Predictions;
using EdgeFusion.Publishing;
using EdgeFusion.Time;
using EdgeFusion.Worker.Bench;

namespace EdgeFusion.Benchmarks;

/// <summary>What does a prediction cost as JSON, whole and for one head?</summary>
[MemoryDiagnoser]
public class PredictionFormatBenchmark
{
    private readonly ArrayBufferWriter<byte> _output = new(4_096);
    private readonly Prediction _prediction = new(BenchWorkload.Manifest);
    private PredictionFormat _format = null!;

    [GlobalSetup]
    public void Open()
    {
        _format = new PredictionFormat(BenchWorkload.Manifest, new PredictionFormatOptions());
        _prediction.Heads[0].Values[0] = 0.75f;
        _prediction.Heads[0].Values[1] = 0.25f;
        _prediction.Start = new Timestamp(1_000_000_000);
        _prediction.End = new Timestamp(2_000_000_000);
    }

    [Benchmark(Baseline = true)]
    public int Head()
    {
        _output.ResetWrittenCount();
        _format.WriteHead(_prediction, 0, _prediction.End, _output);
        return _output.WrittenCount;
    }

    [Benchmark]
    public int Whole()
    {
        _output.ResetWrittenCount();
        _format.WritePrediction(_prediction, _prediction.End, _output);
        return _output.WrittenCount;
    }

    [GlobalCleanup]
    public void Close() => _format.Dispose();
}
