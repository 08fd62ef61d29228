using BenchmarkDotNet.Attributes;
using EdgeFusion.Models;
using EdgeFusion.Sensing;
using EdgeFusion.Windowing.Binding;

namespace EdgeFusion.Benchmarks;

/// <summary>What does it cost to bring a camera's image to the model's size, beside reading it once?</summary>
[MemoryDiagnoser]
public class FrameScalerBenchmark
{
    private const int Side = 64;
    private readonly byte[] _target = new byte[Side * Side * 3];
    private byte[] _source = [];
    private byte[] _copy = [];
    private FrameScaler _scaler = null!;

    /// <summary>Width of the camera's image; its height is three quarters of it.</summary>
    [Params(320, 640, 1_280)]
    public int Width { get; set; }

    [GlobalSetup]
    public void Open()
    {
        var layout = new FrameLayout(Width, Width * 3 / 4, PixelFormat.Rgb8);
        _source = new byte[layout.MaxSampleBytes];
        _copy = new byte[layout.MaxSampleBytes];
        new Random(1).NextBytes(_source);
        _scaler = new FrameScaler(layout, Side, Side, PixelFormat.Rgb8, FrameFit.Crop);
    }

    [Benchmark(Baseline = true)]
    public void Copy() => _source.CopyTo(_copy.AsSpan());

    [Benchmark]
    public void Scale() => _scaler.Scale(_source, _target);
}
