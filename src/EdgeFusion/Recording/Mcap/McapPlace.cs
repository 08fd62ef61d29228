namespace EdgeFusion.Recording.Mcap;

/// <summary>Where in a file something is read: for messages that name file, offset and record.</summary>
/// <param name="File">Name of the file.</param>
/// <param name="Offset">Offset in the file, in bytes.</param>
/// <param name="InChunk">Offset in the unpacked chunk that starts at <paramref name="Offset"/>; -1 outside.</param>
internal readonly record struct McapPlace(string File, long Offset, long InChunk = -1)
{
    private const string Advice = "recover what is left (--recover), or use an intact copy";

    /// <summary>The fault of a damaged file.</summary>
    public RecordingException Damaged(string what) => Fault(what, Advice);

    /// <summary>The fault of a file that exceeds a limit.</summary>
    public RecordingException TooLarge(string what, string option) =>
        Fault(what, $"raise {option} if the file is trustworthy");

    /// <summary>A fault with its own advice.</summary>
    public RecordingException Fault(string what, string advice, Exception? inner = null) => new(
        $"cannot read {File} at offset {Offset}{(InChunk < 0 ? "" : $" (byte {InChunk} of the chunk)")}: {what};"
        + $" {advice}",
        inner);
}
