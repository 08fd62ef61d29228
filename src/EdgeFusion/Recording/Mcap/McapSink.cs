namespace EdgeFusion.Recording.Mcap;

/// <summary>
/// The file behind a writer. Writes groups of blocks all or nothing: after a failed write the file is cut back to the
/// last whole group, so that it never ends in half a record.
/// </summary>
internal sealed class McapSink(Stream stream, string name, bool withCrc, bool leaveOpen) : IDisposable
{
    /// <summary>Where the file starts in the stream: a recording may be appended to something else.</summary>
    private readonly long _origin = stream.CanSeek ? stream.Position : 0;

    private string? _broken;

    /// <summary>Name of the file for messages.</summary>
    public string Name { get; } = name;

    /// <summary>Bytes of the file written so far.</summary>
    public long Position { get; private set; }

    /// <summary>CRC of everything written; 0 where none is asked for.</summary>
    public uint Crc { get; private set; }

    /// <summary>Writes one block.</summary>
    public void Write(ReadOnlySpan<byte> block) => Write(block, default, null, default);

    /// <summary>Writes head, body and tail, all or nothing.</summary>
    /// <param name="head">First block.</param>
    /// <param name="body">Second block, usually the large one.</param>
    /// <param name="bodyCrc">CRC of the body where it is known: saves a pass over it.</param>
    /// <param name="tail">Third block.</param>
    /// <exception cref="RecordingException">The write failed. Nothing of the group counts as written.</exception>
    public void Write(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, uint? bodyCrc, ReadOnlySpan<byte> tail)
    {
        if (_broken is not null)
            throw new RecordingException(_broken);
        try
        {
            Put(head);
            Put(body);
            Put(tail);
        }
        catch (Exception fault) when (IsOperating(fault))
        {
            RollBack();
            throw Failed(fault, head.Length + (long)body.Length + tail.Length);
        }

        Position += head.Length + (long)body.Length + tail.Length;
        if (!withCrc)
            return;
        var crc = Crc32.Append(Crc, head);
        crc = bodyCrc is { } known ? Crc32.Combine(crc, known, body.Length) : Crc32.Append(crc, body);
        Crc = Crc32.Append(crc, tail);
    }

    /// <summary>Hands everything to the operating system, and to the disk where asked for.</summary>
    /// <exception cref="RecordingException">The flush failed.</exception>
    public void Flush(bool toDisk)
    {
        try
        {
            if (toDisk && stream is FileStream file)
                file.Flush(flushToDisk: true);
            else
                stream.Flush();
        }
        catch (Exception fault) when (IsOperating(fault))
        {
            throw Failed(fault, 0);
        }
    }

    public void Dispose()
    {
        if (!leaveOpen)
            stream.Dispose();
    }

    internal static bool IsOperating(Exception fault) => fault is IOException or UnauthorizedAccessException
        or ObjectDisposedException or NotSupportedException;

    private void Put(ReadOnlySpan<byte> block)
    {
        if (!block.IsEmpty)
            stream.Write(block);
    }

    private void RollBack()
    {
        try
        {
            if (stream.CanSeek)
            {
                stream.Seek(_origin + Position, SeekOrigin.Begin);
                stream.SetLength(_origin + Position);
                return;
            }

            _broken = $"cannot write to {Name}: an earlier write failed and the stream cannot be cut back;"
                + " start a new recording";
        }
        catch (Exception fault) when (IsOperating(fault))
        {
            _broken = $"cannot write to {Name}: an earlier write failed and cutting the file back to"
                + $" {Position} bytes failed too ({fault.Message}); start a new recording";
        }
    }

    private RecordingException Failed(Exception fault, long bytes) => new(
        $"cannot write {bytes} bytes at offset {Position} of {Name}: {fault.Message.TrimEnd('.')};"
        + " check free space and access, then write again or start a new recording",
        fault);
}
