namespace EdgeFusion.Recording.Mcap;

/// <summary>Last record of a file.</summary>
/// <param name="SummaryStart">Offset of the summary in bytes; 0 where there is none.</param>
/// <param name="SummaryOffsetStart">Offset of the summary offset section; 0 where there is none.</param>
/// <param name="SummaryCrc">CRC of the summary; 0 where there is none.</param>
public readonly record struct McapFooter(ulong SummaryStart, ulong SummaryOffsetStart, uint SummaryCrc);
