namespace EdgeFusion.Worker.Dashboard.Foxglove;

/// <summary>One client's place in one channel.</summary>
/// <remarks>
/// It holds no queue: what waits for a slow client is what the sensor's ring holds, and the oldest goes first.
/// <b>Threading.</b> One thread at a time; <see cref="Lost"/> from any.
/// </remarks>
internal interface IFoxgloveStream
{
    /// <summary>Messages that this client was too slow for.</summary>
    long Lost { get; }

    /// <summary>Puts the next message into a frame; false where there is none at present.</summary>
    bool TryNext(FoxgloveFrame frame, uint subscription);
}
