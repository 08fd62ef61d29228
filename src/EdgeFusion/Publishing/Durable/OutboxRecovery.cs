namespace EdgeFusion.Publishing.Durable;

/// <summary>What the log of an earlier run held.</summary>
/// <param name="Waiting">Messages that were not sent, or not acknowledged.</param>
/// <param name="LostRecords">Records that are missing between those that can be read.</param>
/// <param name="DamagedBytes">Bytes that could not be read as records.</param>
public readonly record struct OutboxRecovery(long Waiting, long LostRecords, long DamagedBytes)
{
    /// <summary>Whether the log was damaged.</summary>
    public bool IsDamaged => LostRecords > 0 || DamagedBytes > 0;
}
