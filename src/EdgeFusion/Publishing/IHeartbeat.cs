using EdgeFusion.Time;

namespace EdgeFusion.Publishing;

/// <summary>Speaks at regular intervals for as long as the outbox is connected.</summary>
public interface IHeartbeat
{
    /// <summary>Enqueues what there is to say.</summary>
    /// <remarks><b>Threading.</b> Called on the outbox's thread.</remarks>
    void Beat(Timestamp now);
}
