using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Recording;

namespace EdgeFusion.Worker.Replay;

/// <summary>Compares predictions with a recording's labels, per head.</summary>
internal sealed class AccuracySink : IPredictionSink
{
    private readonly ModelManifest _manifest;
    private readonly LabelTrack _labels;

    public AccuracySink(ModelManifest manifest, LabelTrack labels)
    {
        _manifest = manifest;
        _labels = labels;
        Labelled = new long[manifest.Heads.Length];
        Right = new long[manifest.Heads.Length];
        Quality = new long[Enum.GetValues<PredictionQuality>().Length];
    }

    public string Name => "accuracy";

    /// <summary>Predictions with scores whose window lies inside one label, per head.</summary>
    public long[] Labelled { get; }

    /// <summary>Those whose best label is the true one.</summary>
    public long[] Right { get; }

    /// <summary>Predictions by quality.</summary>
    public long[] Quality { get; }

    public void Write(Prediction prediction)
    {
        Quality[(int)prediction.Quality]++;
        for (int i = 0; i < _manifest.Heads.Length && prediction.HasScores; i++)
        {
            string? truth = _labels.Covering(_manifest.Heads[i].Name, prediction.Start, prediction.End);
            if (truth is null || _manifest.Heads[i].Kind == HeadKind.Regression
                || !_manifest.Heads[i].Labels.Contains(truth))
            {
                continue;
            }

            Labelled[i]++;
            Right[i] += prediction.Heads[i].BestLabel == truth ? 1 : 0;
        }
    }
}
