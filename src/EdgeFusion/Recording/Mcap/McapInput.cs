using System.Buffers.Binary;

namespace EdgeFusion.Recording.Mcap;

/// <summary>
/// Forward-only view of a stream, with a buffer that grows with the bytes that have come, never with what a length
/// field promises.
/// </summary>
internal sealed class McapInput(Stream stream, string name)
{
    private const int InitialBytes = 256 << 10;

    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(InitialBytes);
    private int _start;
    private int _end;

    /// <summary>Name of the file for messages.</summary>
    public string Name { get; } = name;

    /// <summary>Offset in the file of the next byte.</summary>
    public long Offset { get; private set; }

    /// <summary>Bytes at hand without reading.</summary>
    public int Available => _end - _start;

    /// <summary>The next bytes, which <see cref="TryFill"/> has made available. Valid until the next fill.</summary>
    public ReadOnlySpan<byte> Peek(int count) => _buffer.AsSpan(_start, count);

    /// <summary>Makes bytes available.</summary>
    /// <returns>False where the stream ends before.</returns>
    /// <exception cref="RecordingException">The stream cannot be read.</exception>
    public bool TryFill(int count)
    {
        while (Available < count)
        {
            MakeRoom(count);
            // Reads no further than needed beyond a batch: what is read ahead has to be moved later.
            var wanted = Math.Min(_buffer.Length - _end, Math.Max(count - Available, InitialBytes));
            var got = ReadSome(_buffer.AsSpan(_end, wanted));
            if (got == 0)
                return false;
            _end += got;
        }

        return true;
    }

    /// <summary>Passes bytes that are available.</summary>
    public void Skip(int count)
    {
        _start += count;
        Offset += count;
    }

    /// <summary>Passes up to <paramref name="count"/> bytes, reading them off where needed.</summary>
    /// <returns>Bytes passed; fewer where the stream ends.</returns>
    public ulong Drain(ulong count)
    {
        ulong passed = 0;
        while (passed < count)
        {
            if (Available == 0 && !TryFill(1))
                break;
            var step = (int)Math.Min((ulong)Available, count - passed);
            Skip(step);
            passed += (ulong)step;
        }

        return passed;
    }

    public ulong PeekLength() => BinaryPrimitives.ReadUInt64LittleEndian(Peek(McapFormat.RecordHeaderBytes)[1..]);

    private int ReadSome(Span<byte> room)
    {
        try
        {
            return stream.Read(room);
        }
        catch (Exception fault) when (McapSink.IsOperating(fault))
        {
            throw new RecordingException(
                $"cannot read {Name} at offset {Offset + Available}: {fault.Message.TrimEnd('.')};"
                + " check the disk and access",
                fault);
        }
    }

    private void MakeRoom(int count)
    {
        if (_start > 0 && (_start == _end || _buffer.Length - _start < count || _end == _buffer.Length))
        {
            _buffer.AsSpan(_start, Available).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end < _buffer.Length)
            return;
        // Full, and still not enough: double, so that the memory stays in proportion to what has really come.
        var larger = GC.AllocateUninitializedArray<byte>((int)Math.Min((long)_buffer.Length * 2, Array.MaxLength));
        _buffer.AsSpan(0, _end).CopyTo(larger);
        _buffer = larger;
    }
}
