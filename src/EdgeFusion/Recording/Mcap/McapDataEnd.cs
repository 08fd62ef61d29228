namespace EdgeFusion.Recording.Mcap;

/// <summary>End of the data section.</summary>
/// <param name="DataSectionCrc">CRC from the start of the file to this record; 0 where there is none.</param>
public readonly record struct McapDataEnd(uint DataSectionCrc);
