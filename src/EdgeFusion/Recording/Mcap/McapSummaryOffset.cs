namespace EdgeFusion.Recording.Mcap;

/// <summary>Place of all summary records of one kind.</summary>
/// <param name="GroupOpcode">The kind.</param>
/// <param name="GroupStart">Offset of the first in the file.</param>
/// <param name="GroupLength">Length of all in bytes.</param>
public readonly record struct McapSummaryOffset(McapOpcode GroupOpcode, ulong GroupStart, ulong GroupLength);
