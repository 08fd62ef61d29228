using EdgeFusion.Predictions;
using EdgeFusion.Publishing.Policies;

namespace EdgeFusion.Tests.Publishing.Policies;

/// <summary>A head under a policy, fed window by window, 100 ms apart.</summary>
internal sealed class PolicyBench
{
    public const int Colour = 0;
    public const int Pose = 1;
    private const long Hop = 100_000_000;

    private readonly Prediction _prediction = PredictionBench.Prediction(PredictionQuality.Full);
    private readonly int _head;

    public PolicyBench(HeadPublishOptions options, int head = Colour)
    {
        _head = head;
        Gate = new HeadGate(PredictionBench.Manifest, head, options);
        _prediction.Epoch = 7;
        _prediction.Sequence = -1;
    }

    public HeadGate Gate { get; }

    /// <summary>Everything published so far, with the number of its prediction.</summary>
    public List<(HeadNote Note, long Prediction)> Published { get; } = [];

    /// <summary>Takes a window in which the first label has a score and the second one the rest.</summary>
    public HeadNote[] Window(float score, PredictionQuality quality = PredictionQuality.Full, int skip = 0)
    {
        float[] values = _prediction.Heads[Colour].Values;
        values[0] = score;
        values[1] = 1 - score;
        values[2] = 0;
        _prediction.Heads[Colour].Best = score >= 0.5f ? 0 : 1;
        return Next(quality, skip);
    }

    /// <summary>Takes a window with values of the regression.</summary>
    public HeadNote[] Values(float x, float y)
    {
        _prediction.Heads[Pose].Values[0] = x;
        _prediction.Heads[Pose].Values[1] = y;
        return Next(PredictionQuality.Full, 0);
    }

    private HeadNote[] Next(PredictionQuality quality, int skip)
    {
        _prediction.Sequence += 1 + skip;
        _prediction.Window = _prediction.Sequence;
        _prediction.Quality = quality;
        _prediction.Start = _prediction.Start.AddNanoseconds(Hop * (1 + skip));
        _prediction.End = _prediction.End.AddNanoseconds(Hop * (1 + skip));
        Gate.Judge(_prediction);
        HeadNote[] notes = Gate.Notes.ToArray();
        Published.AddRange(notes.Select(note => (note, _prediction.Sequence)));
        return notes;
    }
}
