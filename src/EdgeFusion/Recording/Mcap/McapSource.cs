using Microsoft.Win32.SafeHandles;

namespace EdgeFusion.Recording.Mcap;

/// <summary>Random access to the bytes of a file.</summary>
internal abstract class McapSource(string name, long length) : IDisposable
{
    /// <summary>Name of the file for messages.</summary>
    public string Name { get; } = name;

    /// <summary>Bytes in the file when it was opened.</summary>
    public long Length { get; } = length;

    /// <exception cref="RecordingException">The file cannot be opened.</exception>
    public static McapSource Open(string path)
    {
        try
        {
            var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return new FileSource(path, handle);
        }
        catch (Exception fault) when (McapSink.IsOperating(fault))
        {
            throw new RecordingException(
                $"cannot open the recording {path}: {fault.Message.TrimEnd('.')}; check name and access", fault);
        }
    }

    public static McapSource Over(Stream stream, string? name, bool leaveOpen) =>
        new StreamSource(stream, name ?? (stream is FileStream file ? file.Name : "the recording"), leaveOpen);

    /// <summary>Fills the span from the file.</summary>
    /// <exception cref="RecordingException">The file is shorter, or cannot be read.</exception>
    public void ReadAt(long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            var got = ReadSome(offset, destination);
            if (got == 0)
                throw Place(offset).Damaged($"the file ends where {destination.Length} more bytes should be");
            offset += got;
            destination = destination[got..];
        }
    }

    /// <summary>Reads some bytes; 0 at the end of the file.</summary>
    public int ReadSome(long offset, Span<byte> destination)
    {
        try
        {
            return ReadCore(offset, destination);
        }
        catch (Exception fault) when (McapSink.IsOperating(fault))
        {
            throw Place(offset).Fault(fault.Message.TrimEnd('.'), "check the disk and access", fault);
        }
    }

    /// <summary>Reads the body of the record at an offset, within the limits.</summary>
    public byte[] ReadBody(long offset, ulong length, McapReadOptions options)
    {
        if (length > (ulong)options.MaxRecordBytes)
            throw Place(offset).TooLarge(
                $"a record has {length} bytes, more than the limit of {options.MaxRecordBytes}",
                nameof(options.MaxRecordBytes));
        if (length > (ulong)Math.Max(0, Length - offset - McapFormat.RecordHeaderBytes))
            throw Place(offset).Damaged($"a record says {length} bytes, more than the file holds");
        var body = new byte[length];
        ReadAt(offset + McapFormat.RecordHeaderBytes, body);
        return body;
    }

    public McapPlace Place(long offset) => new(Name, offset);

    public abstract void Dispose();

    protected abstract int ReadCore(long offset, Span<byte> destination);

    private sealed class FileSource(string path, SafeFileHandle handle)
        : McapSource(path, RandomAccess.GetLength(handle))
    {
        public override void Dispose() => handle.Dispose();

        protected override int ReadCore(long offset, Span<byte> destination) =>
            RandomAccess.Read(handle, destination, offset);
    }

    private sealed class StreamSource(Stream stream, string name, bool leaveOpen) : McapSource(name, stream.Length)
    {
        public override void Dispose()
        {
            if (!leaveOpen)
                stream.Dispose();
        }

        protected override int ReadCore(long offset, Span<byte> destination)
        {
            stream.Seek(offset, SeekOrigin.Begin);
            return stream.Read(destination);
        }
    }
}
