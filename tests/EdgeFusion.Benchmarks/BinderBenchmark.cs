using BenchmarkDotNet.Attributes;
using EdgeFusion.Predictions;
using EdgeFusion.Windowing;
using EdgeFusion.Windowing.Binding;
using EdgeFusion.Worker.Bench;

namespace EdgeFusion.Benchmarks;

/// <summary>What does it cost to fill each kind of tensor from samples on its grid, beside copying its bytes?</summary>
[MemoryDiagnoser]
public class BinderBenchmark
{
    private readonly FilledPipeline _filled = new();
    private readonly byte[] _source = new byte[BenchWorkload.ForceRateHz * 6 * sizeof(float)];
    private readonly ModalityState[] _states = new ModalityState[BenchWorkload.Manifest.Inputs.Length];
    private InputBinder[] _binders = [];
    private TensorBinder _all = null!;

    [GlobalSetup]
    public void Open()
    {
        _binders =
        [
            new FrameBinder(BenchWorkload.Manifest.Inputs[0], _filled.Rings[0], BenchWorkload.Manifest.Window),
            new AudioBinder(BenchWorkload.Manifest.Inputs[1], _filled.Rings[1]),
            new VectorBinder(BenchWorkload.Manifest.Inputs[2], _filled.Rings[2]),
        ];
        _all = new TensorBinder(_filled.Inputs, BenchWorkload.Manifest.Window);
    }

    [Benchmark(Baseline = true)]
    public void CopyForce() => _source.CopyTo(_filled.Arena.Bytes(2));

    [Benchmark]
    public int Vector() => Bind(2);

    [Benchmark]
    public int Audio() => Bind(1);

    [Benchmark]
    public int Frame() => Bind(0);

    [Benchmark]
    public int All() => _all.Bind(_filled.Cut, _filled.Arena, _states);

    [GlobalCleanup]
    public void Close() => _filled.Dispose();

    private int Bind(int input) => _binders[input]
        .Bind(_filled.Rings[input].Published, _filled.Start, _filled.End, _filled.Arena.Bytes(input)).CoveredSteps;
}
