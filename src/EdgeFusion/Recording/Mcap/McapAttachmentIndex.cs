namespace EdgeFusion.Recording.Mcap;

/// <summary>Place of an attachment in the file.</summary>
/// <param name="Offset">Offset of the attachment record in the file.</param>
/// <param name="Length">Length of that record with opcode and length field, in bytes.</param>
/// <param name="LogTime">When it was recorded, in ns.</param>
/// <param name="CreateTime">When it was created, in ns; 0 where unknown.</param>
/// <param name="DataSize">Size of the contents in bytes.</param>
/// <param name="Name">Name; data from a foreign hand, never a path.</param>
/// <param name="MediaType">Media type.</param>
public sealed record McapAttachmentIndex(
    ulong Offset, ulong Length, ulong LogTime, ulong CreateTime, ulong DataSize, string Name, string MediaType);
