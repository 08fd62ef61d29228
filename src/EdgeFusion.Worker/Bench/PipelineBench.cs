using System.Diagnostics;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Pipeline;
using EdgeFusion.Predictions;
using EdgeFusion.Sensing;
using EdgeFusion.Simulator;
using EdgeFusion.Windowing;

namespace EdgeFusion.Worker.Bench;

/// <summary>Result of <see cref="PipelineBench"/>; one entry per window in each series.</summary>
/// <param name="Engine">What the model ran on.</param>
/// <param name="Bind">Samples to tensors.</param>
/// <param name="Infer">The model's run inside the pipeline.</param>
/// <param name="Decode">Outputs to prediction.</param>
/// <param name="Total">Bind, infer and decode together.</param>
/// <param name="Bare">The model's run alone on the same tensors.</param>
/// <param name="OverheadPercent">Median over the windows of (total - bare), in percent of the median bare run.</param>
/// <param name="FastestOverheadPercent">
/// The same of the fastest tenth of each: other programs only ever lengthen a run, so this is the code's own share.
/// </param>
/// <param name="AllocatedBytesPerWindow">Managed bytes of the pipeline, without the simulation's.</param>
internal sealed record PipelineResult(
    EngineInfo Engine, Series Bind, Series Infer, Series Decode, Series Total, Series Bare, double OverheadPercent,
    double FastestOverheadPercent, double AllocatedBytesPerWindow);

/// <summary>
/// The simulated cell through the whole pipeline with a real model, window by window, and beside each window the bare
/// run of the model on the same tensors.
/// </summary>
/// <remarks>
/// Simulating a tenth of a second throws the model out of the caches, and whichever run comes first would pay for it.
/// So each window first has a run that does not count; then the bare run and the pipeline's follow, in turns in either
/// order. Binding is measured cold, as it is live.
/// </remarks>
internal sealed class PipelineBench : IWindowSink, IPredictionSink
{
    private const int WarmUpWindows = 20;

    private readonly IInferenceEngine _engine;
    private readonly Series _bind;
    private readonly Series _infer;
    private readonly Series _decode;
    private readonly Series _total;
    private readonly Series _bare;
    private bool _bareFirst;
    private bool _measuring;

    private PipelineBench(IInferenceEngine engine, int windows)
    {
        _engine = engine;
        _bind = new Series(windows);
        _infer = new Series(windows);
        _decode = new Series(windows);
        _total = new Series(windows);
        _bare = new Series(windows);
    }

    public string Name => "bench";

    /// <summary>Measures a number of windows.</summary>
    /// <param name="engine">The model; not owned.</param>
    /// <param name="windows">Windows to measure, after 20 as warm-up.</param>
    /// <param name="stopping">Ends it early.</param>
    public static PipelineResult Run(IInferenceEngine engine, int windows, CancellationToken stopping)
    {
        var bench = new PipelineBench(engine, windows);
        return bench.Measure(windows, stopping);
    }

    public void Write(WindowCut cut, TensorArena arena, ReadOnlySpan<ModalityState> states)
    {
        _engine.Run();
        if (_bareFirst)
        {
            RunBare();
        }
    }

    public void Write(Prediction prediction)
    {
        if (!_measuring)
        {
            return;
        }

        StageTimes times = prediction.Times;
        _bind.Add(times.Bound.NanosecondsSince(times.Cut));
        _infer.Add(times.Inferred.NanosecondsSince(times.Bound));
        _decode.Add(times.Decoded.NanosecondsSince(times.Inferred));
        _total.Add(times.Decoded.NanosecondsSince(times.Cut));
    }

    private PipelineResult Measure(int windows, CancellationToken stopping)
    {
        var cell = new WorkCell(new WorkCellOptions());
        WindowShape shape = _engine.Manifest.Window;
        using var feed = new MeteredFeed(new MergedFeed(cell.CreateSources()));
        using var pipeline = new VirtualPipeline(
            new VirtualSetup
            {
                Manifest = _engine.Manifest,
                Origin = cell.Options.Start,
                Engines = [_engine],
                Sinks = [this],
                Windows = this,
            },
            feed.Sensors);
        feed.End = cell.Options.Start.AddNanoseconds(shape.LengthNanoseconds + shape.DeadlineNanoseconds);
        RunTo(pipeline, feed, WarmUpWindows, shape, stopping);

        // A prediction is handed out when the next window comes: the last of the warm-up comes with the first here.
        feed.End = feed.End.AddNanoseconds(shape.HopNanoseconds);
        pipeline.RunOn(feed, stopping);
        _measuring = true;
        RunBare();
        long before = GC.GetAllocatedBytesForCurrentThread();
        long feedBefore = feed.AllocatedBytes;
        RunTo(pipeline, feed, windows - 1, shape, stopping);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before - (feed.AllocatedBytes - feedBefore);
        _bareFirst = false;
        feed.End = feed.End.AddNanoseconds(shape.HopNanoseconds);
        pipeline.RunOn(feed, stopping);
        stopping.ThrowIfCancellationRequested();
        return new PipelineResult(
            _engine.Info, _bind, _infer, _decode, _total, _bare, Overhead(), FastestOverhead(),
            allocated / Math.Max(1.0, windows - 1));
    }

    private void RunTo(
        VirtualPipeline pipeline, MeteredFeed feed, int windows, WindowShape shape, CancellationToken stopping)
    {
        for (int i = 0; i < windows && !stopping.IsCancellationRequested; i++)
        {
            _bareFirst = _measuring && i % 2 == 0;
            feed.End = feed.End.AddNanoseconds(shape.HopNanoseconds);
            pipeline.RunOn(feed, stopping);
            if (_measuring && !_bareFirst)
            {
                RunBare();
            }
        }
    }

    private void RunBare()
    {
        if (_bare.Count == _bare.Capacity)
        {
            return;
        }

        long begin = Stopwatch.GetTimestamp();
        _engine.Run();
        _bare.Add((long)Stopwatch.GetElapsedTime(begin).TotalNanoseconds);
    }

    private double Overhead()
    {
        var differences = new Series(_total.Count);
        for (int i = 0; i < Math.Min(_total.Count, _bare.Count); i++)
        {
            differences.Add(_total[i] - _bare[i]);
        }

        return 100.0 * differences.Percentile(0.5) / _bare.Percentile(0.5);
    }

    private double FastestOverhead()
    {
        const double Fastest = 0.1;
        return 100.0 * (_total.Percentile(Fastest) - _bare.Percentile(Fastest)) / _bare.Percentile(Fastest);
    }
}
