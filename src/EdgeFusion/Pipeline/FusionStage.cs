using EdgeFusion.Diagnostics;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Time;
using EdgeFusion.Windowing;

namespace EdgeFusion.Pipeline;

/// <summary>
/// What happens to one cut window: bind, run, decode. The same code live and in a replay.
/// </summary>
/// <remarks><b>Threading.</b> One thread. Hot path: allocates nothing after construction.</remarks>
internal sealed class FusionStage
{
    private readonly TensorBinder? _binder;
    private readonly PipelineClock _stopwatch;
    private readonly StageMeter _meter;

    /// <param name="binder">Fills the tensors; null where they come filled.</param>
    /// <param name="stopwatch">Real time, for durations.</param>
    /// <param name="meter">Takes the durations.</param>
    /// <param name="explainEvery">Explain every so many windows of the grid; 0 = none.</param>
    public FusionStage(TensorBinder? binder, PipelineClock stopwatch, StageMeter meter, int explainEvery)
    {
        ExplainEvery = explainEvery;
        _binder = binder;
        _stopwatch = stopwatch;
        _meter = meter;
    }

    /// <summary>Explain every so many windows of the grid; 0 = none.</summary>
    public int ExplainEvery { get; set; }

    /// <summary>Fills the tensors of an arena and the modality states of a prediction.</summary>
    public void Bind(WindowCut cut, TensorArena arena, Prediction into)
    {
        long begin = _stopwatch.Now.Nanoseconds;
        int present = _binder!.Bind(cut, arena, into.Modalities);
        long elapsed = _stopwatch.Now.Nanoseconds - begin;
        cut.Context.AsSpan().CopyTo(into.Context);
        into.Explanation = Wanted(cut);
        into.Window = cut.Window;
        into.Start = cut.Start;
        into.End = cut.End;
        into.Outcome = cut.Outcome;
        into.Times.Cut = cut.CutTime;
        into.Times.ReadyNanoseconds = -1;
        into.Times.Bound = cut.CutTime.AddNanoseconds(elapsed);
        into.Times.Inferred = into.Times.Bound;
        into.Times.Decoded = into.Times.Bound;
        into.Quality = present == 0 ? PredictionQuality.NoInput
            : present < into.Modalities.Length ? PredictionQuality.Degraded : PredictionQuality.Full;
    }

    // Done until it proves otherwise; one that the live run had to leave out stays left out.
    private ExplanationState Wanted(WindowCut cut) => cut.RecordedExplanation switch
    {
        true => ExplanationState.Done,
        false => ExplanationState.Skipped,
        _ => ExplainEvery > 0 && cut.Window % ExplainEvery == 0 ? ExplanationState.Done : ExplanationState.None,
    };

    /// <summary>Runs the model and decodes its answer; a failure becomes a quality, never an exception.</summary>
    /// <returns>The engine's failure, or null.</returns>
    public string? Infer(IInferenceEngine engine, Prediction into)
    {
        into.Engine = engine.Info;
        if (!into.HasScores)
        {
            PredictionDecoder.ClearScores(into);
            return null;
        }

        long begin = _stopwatch.Now.Nanoseconds;
        string? failure = null;
        try
        {
            engine.Run();
        }
        catch (ModelException exception)
        {
            into.Quality = PredictionQuality.EngineFailed;
            PredictionDecoder.ClearScores(into);
            failure = exception.Message;
        }

        long inferred = _stopwatch.Now.Nanoseconds;
        if (failure is null)
        {
            PredictionDecoder.Decode(engine.Arena, into);
        }

        long decoded = _stopwatch.Now.Nanoseconds;
        into.Times.Inferred = into.Times.Bound.AddNanoseconds(inferred - begin);
        into.Times.Decoded = into.Times.Inferred.AddNanoseconds(decoded - inferred);
        return failure;
    }

    /// <summary>
    /// Explains a decoded prediction where that was asked for. Live it gives up when the time left might not do.
    /// </summary>
    /// <param name="engine">The engine that answered.</param>
    /// <param name="into">The prediction.</param>
    /// <param name="clock">Tells the time left; null where there is no hurry.</param>
    /// <param name="latest">When the next window may need the engine.</param>
    public void Explain(IInferenceEngine engine, Prediction into, PipelineClock? clock, Timestamp latest)
    {
        if (into.Explanation != ExplanationState.Done)
        {
            return;
        }

        long begin = _stopwatch.Now.Nanoseconds;
        LeaveOneOut.Explain(engine, into, clock, latest);
        into.Times.ExplainNanoseconds = _stopwatch.Now.Nanoseconds - begin;
    }

    /// <summary>Takes the durations of a finished prediction; on the thread that owns the meter.</summary>
    public void Measure(Prediction prediction)
    {
        StageTimes times = prediction.Times;
        _meter.Wait.Record(times.Cut.NanosecondsSince(prediction.End));
        _meter.Bind.Record(times.Bound.NanosecondsSince(times.Cut));
        _meter.Total.Record(times.Decoded.NanosecondsSince(prediction.End));
        if (prediction.Explanation == ExplanationState.Done)
        {
            _meter.Explain.Record(times.ExplainNanoseconds);
        }

        if (times.Inferred > times.Bound)
        {
            _meter.Infer.Record(times.Inferred.NanosecondsSince(times.Bound));
            _meter.Decode.Record(times.Decoded.NanosecondsSince(times.Inferred));
        }
    }
}
