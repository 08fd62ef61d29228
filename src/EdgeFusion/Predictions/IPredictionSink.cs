namespace EdgeFusion.Predictions;

/// <summary>Takes predictions: a publisher's outbox, a recorder, a file, a screen.</summary>
/// <remarks>
/// <b>Threading.</b> Called on one thread at a time: in a live run the sink's own (a slow sink loses predictions,
/// counted, and
/// delays nobody), in a replay the replaying thread (nothing is lost). <b>Ownership.</b> The prediction is valid during
/// the call only.
/// </remarks>
public interface IPredictionSink
{
    /// <summary>Name for counters and messages.</summary>
    string Name { get; }

    /// <summary>Takes one prediction.</summary>
    void Write(Prediction prediction);
}
