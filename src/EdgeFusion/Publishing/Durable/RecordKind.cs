namespace EdgeFusion.Publishing.Durable;

/// <summary>What a record of the log holds.</summary>
internal enum RecordKind : byte
{
    /// <summary>A message.</summary>
    Message = 0,

    /// <summary>A range of messages that were given up; the payload is the last number.</summary>
    Gap = 1,

    /// <summary>A range of messages that went through memory because the disk failed; the payload is the last number.
    /// </summary>
    Unlogged = 2,
}
