using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Pipeline;
using EdgeFusion.Predictions;
using EdgeFusion.Time;
using EdgeFusion.Worker.Bench;

namespace EdgeFusion.Worker.Tests.EndToEnd;

/// <summary>The hot path allocates nothing: 1,630 samples per second would otherwise feed the collector.</summary>
public sealed class AllocationTests
{
    private const int Windows = 10_000;
    private const int WarmUpWindows = 300;

    [Fact]
    public void Ten_thousand_windows_from_capture_to_prediction_allocate_no_byte()
    {
        var start = new Timestamp(1_000_000_000_000);
        using var feed = new BenchFeed(start);
        using var engine = new SummingEngine();
        var sink = new CountingSink();
        using var pipeline = new VirtualPipeline(
            new VirtualSetup { Manifest = BenchWorkload.Manifest, Origin = start, Engines = [engine], Sinks = [sink] },
            feed.Sensors);
        long hop = BenchWorkload.Manifest.Window.HopNanoseconds;
        feed.EndNanoseconds = hop * WarmUpWindows;
        pipeline.RunOn(feed);
        long windowsBefore = pipeline.Windows;
        long predictionsBefore = sink.Full;

        long before = GC.GetAllocatedBytesForCurrentThread();
        feed.EndNanoseconds += hop * Windows;
        pipeline.RunOn(feed);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(0, allocated);
        Assert.Equal(Windows, pipeline.Windows - windowsBefore);
        Assert.Equal(Windows, sink.Full - predictionsBefore);
        Assert.Equal(0, sink.Others);
    }

    private sealed class CountingSink : IPredictionSink
    {
        public string Name => "counting";

        public long Full { get; private set; }

        public long Others { get; private set; }

        public void Write(Prediction prediction)
        {
            bool full = prediction.Quality == PredictionQuality.Full && prediction.Heads[0].Values[0] is > 0 and < 1;
            Full += full ? 1 : 0;
            Others += full ? 0 : 1;
        }
    }

    /// <summary>An engine whose logits are the newest force and its opposite: it reads what was bound.</summary>
    private sealed class SummingEngine : IInferenceEngine
    {
        private const int Force = 2;

        public ModelManifest Manifest => BenchWorkload.Manifest;

        public EngineInfo Info { get; } = new("test", "cpu", "fp32", null);

        public TensorArena Arena { get; } = new(BenchWorkload.Manifest);

        public void Run()
        {
            Span<float> logits = Arena.Floats(Arena.HeadIndices[0]);
            logits[0] = Arena.Floats(Force)[^1];
            logits[1] = -logits[0];
        }

        public void Dispose() => Arena.Dispose();
    }
}
