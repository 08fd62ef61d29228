namespace EdgeFusion.Recording.Import;

/// <summary>A member of an archive, unpacked into memory because it cannot be read in place.</summary>
internal sealed class MemoryByteSource(byte[] bytes, string name) : ByteSource(name)
{
    public override long Length => bytes.Length;

    public override void Dispose()
    {
    }

    protected override void ReadInside(long offset, Span<byte> destination) =>
        bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);
}
