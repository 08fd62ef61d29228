using Microsoft.Win32.SafeHandles;

namespace EdgeFusion.Recording.Import;

/// <summary>A file read in place; nothing of it is held in memory.</summary>
internal sealed class FileByteSource : ByteSource
{
    private readonly SafeFileHandle _file;

    public FileByteSource(string path, string name)
        : base(name)
    {
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.RandomAccess);
        Length = RandomAccess.GetLength(_file);
    }

    public override long Length { get; }

    public override void Dispose() => _file.Dispose();

    protected override void ReadInside(long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            int read = RandomAccess.Read(_file, destination, offset);
            if (read == 0)
            {
                throw ImportFault.Data($"'{Name}'", "it became shorter while it was read", "Try again.");
            }

            offset += read;
            destination = destination[read..];
        }
    }
}
