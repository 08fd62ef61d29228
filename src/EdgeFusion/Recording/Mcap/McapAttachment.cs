namespace EdgeFusion.Recording.Mcap;

/// <summary>
/// A named file inside the recording. The name is data from a foreign hand: never use it as a path.
/// </summary>
/// <param name="LogTime">When it was recorded, in ns.</param>
/// <param name="CreateTime">When it was created, in ns; 0 where unknown.</param>
/// <param name="Name">Name, such as "calibration.json".</param>
/// <param name="MediaType">Media type, such as "application/json".</param>
/// <param name="Data">Contents.</param>
public sealed record McapAttachment(
    ulong LogTime, ulong CreateTime, string Name, string MediaType, ReadOnlyMemory<byte> Data);
