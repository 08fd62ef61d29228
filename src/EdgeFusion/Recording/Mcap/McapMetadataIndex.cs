namespace EdgeFusion.Recording.Mcap;

/// <summary>Place of a metadata record in the file.</summary>
/// <param name="Offset">Offset of the record in the file.</param>
/// <param name="Length">Length of the record with opcode and length field, in bytes.</param>
/// <param name="Name">Name of the metadata.</param>
public sealed record McapMetadataIndex(ulong Offset, ulong Length, string Name);
