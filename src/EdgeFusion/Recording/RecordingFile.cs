namespace EdgeFusion.Recording;

/// <summary>A recording in a folder.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Bytes">Its size.</param>
public readonly record struct RecordingFile(string Path, long Bytes);
