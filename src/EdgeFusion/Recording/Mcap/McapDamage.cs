namespace EdgeFusion.Recording.Mcap;

/// <summary>A stretch of a file that could not be recovered.</summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="Bytes">How long it is.</param>
/// <param name="IsChunk">Whether it is a chunk that was recognised as one.</param>
/// <param name="Messages">Messages in it by the index behind it; null where there is no index to tell.</param>
/// <param name="StartTime">Earliest log time that the chunk claims, in ns; 0 where unknown. Not verified.</param>
/// <param name="EndTime">Latest log time that the chunk claims, in ns; 0 where unknown. Not verified.</param>
/// <param name="Reason">What is wrong.</param>
public sealed record McapDamage(
    long Offset, long Bytes, bool IsChunk, long? Messages, ulong StartTime, ulong EndTime, string Reason);
