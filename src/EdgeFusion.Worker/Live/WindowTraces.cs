using System.Diagnostics;
using EdgeFusion.Predictions;
using EdgeFusion.Time;
using EdgeFusion.Worker.Composition;

namespace EdgeFusion.Worker.Live;

/// <summary>One activity per sampled window with a child per stage, from the stamps that each prediction carries: the
/// pipeline itself is not touched.</summary>
/// <remarks><b>Threading.</b> The sink's thread.</remarks>
internal sealed class WindowTraces(int every) : IPredictionSink, IDisposable
{
    /// <summary>Name of the source.</summary>
    public const string SourceName = "EdgeFusion";

    private readonly ActivitySource _source = new(SourceName, Product.Version);

    /// <inheritdoc/>
    public string Name => "traces";

    /// <inheritdoc/>
    public void Write(Prediction prediction)
    {
        if (prediction.Sequence % every != 0 || !_source.HasListeners())
        {
            return;
        }

        StageTimes times = prediction.Times;
        using Activity? window = Begin("window", default, prediction.End);
        if (window is null)
        {
            return;
        }

        Describe(window, prediction);
        Stage("wait", window, prediction.End, times.Cut);
        Stage("bind", window, times.Cut, times.Bound);
        Stage("infer", window, times.Bound, times.Inferred);
        Stage("decode", window, times.Inferred, times.Decoded);
        window.SetEndTime(Utc(times.Decoded));
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    private static DateTime Utc(Timestamp at) => DateTime.UnixEpoch.AddTicks(at.Nanoseconds / 100);

    private static void Describe(Activity window, Prediction prediction)
    {
        window.SetTag("edgefusion.window.index", prediction.Window);
        window.SetTag("edgefusion.prediction.sequence", prediction.Sequence);
        window.SetTag("edgefusion.window.outcome", prediction.Outcome.ToString());
        window.SetTag("edgefusion.prediction.quality", prediction.Quality.ToString());
        window.SetTag("edgefusion.model.name", prediction.Manifest.Name);
        window.SetTag("edgefusion.model.version", prediction.Manifest.Version);
        for (int i = 0; i < prediction.Modalities.Length; i++)
        {
            window.SetTag(
                $"edgefusion.presence.{prediction.Manifest.Inputs[i].Modality}",
                prediction.Modalities[i].Presence.ToString());
        }

        if (prediction.Quality == PredictionQuality.EngineFailed)
        {
            window.SetStatus(ActivityStatusCode.Error, "the engine failed");
        }
    }

    private Activity? Begin(string name, ActivityContext parent, Timestamp at) =>
        _source.StartActivity(name, ActivityKind.Internal, parent, startTime: new DateTimeOffset(Utc(at)));

    private void Stage(string name, Activity window, Timestamp from, Timestamp to)
    {
        using Activity? stage = Begin(name, window.Context, from);
        stage?.SetEndTime(Utc(to));
    }
}
