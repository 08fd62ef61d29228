using EdgeFusion.Predictions;
using EdgeFusion.Time;

namespace EdgeFusion.Recording;

/// <summary>What a recording lacks of a run's predictions: dropped on their way, or not written.</summary>
internal sealed class PredictionLedger
{
    private long? _next;
    private long _dropped;
    private long _refused;
    private Timestamp? _writtenUntil;

    /// <summary>Predictions of the run that never came.</summary>
    public long Dropped { get; private set; }

    /// <summary>A prediction came; a leap in the sequence is what was dropped before it.</summary>
    public void Came(Prediction prediction)
    {
        long leap = Math.Max(0, prediction.Sequence - (_next ?? prediction.Sequence));
        _dropped += leap;
        Dropped += leap;
        _next = prediction.Sequence + 1;
    }

    /// <summary>It could not be written.</summary>
    public void Refused() => _refused++;

    /// <summary>It was written.</summary>
    public void Written(Prediction prediction) => _writtenUntil = prediction.End;

    /// <summary>The gap since the last one written; none where nothing is missing.</summary>
    /// <param name="to">Where the gap ends.</param>
    /// <param name="reason">Why what came was not written.</param>
    public RecordingGap? Gap(Timestamp to, string reason) => _dropped + _refused == 0 ? null : new RecordingGap(
        RecordingTopics.Predictions, _dropped + _refused, _writtenUntil ?? to, to,
        _refused == 0 ? "overrun" : reason);

    /// <summary>The gap is told.</summary>
    public void Told() => (_dropped, _refused) = (0, 0);
}
