namespace EdgeFusion.Recording.Import;

/// <summary>Bytes that can be read from any place: a file, or a member of an archive held in memory.</summary>
internal abstract class ByteSource(string name) : IDisposable
{
    /// <summary>Name for errors.</summary>
    public string Name { get; } = name;

    /// <summary>Number of bytes.</summary>
    public abstract long Length { get; }

    /// <summary>Fills the destination.</summary>
    /// <exception cref="RecordingException">There are not so many bytes.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset > Length - destination.Length)
        {
            throw ImportFault.Data(
                $"'{Name}'", $"{destination.Length} bytes at {offset} lie outside its {Length} bytes",
                "The file is cut short; fetch it again.");
        }

        ReadInside(offset, destination);
    }

    public abstract void Dispose();

    protected abstract void ReadInside(long offset, Span<byte> destination);
}
