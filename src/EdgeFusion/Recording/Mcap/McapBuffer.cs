using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace EdgeFusion.Recording.Mcap;

/// <summary>Growing block of bytes with the primitives of the format; keeps its memory when cleared.</summary>
internal sealed class McapBuffer(int capacity)
{
    private byte[] _bytes = GC.AllocateUninitializedArray<byte>(capacity);

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes written; valid until the next write.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Takes back everything from <paramref name="length"/> on.</summary>
    public void Truncate(int length) => Length = length;

    /// <summary>Room for <paramref name="count"/> bytes behind what is written; counts nothing yet.</summary>
    public Span<byte> Peek(int count)
    {
        if (count > _bytes.Length - Length)
            Grow(count);
        return _bytes.AsSpan(Length, count);
    }

    /// <summary>Room for <paramref name="count"/> bytes, counted as written.</summary>
    public Span<byte> Take(int count)
    {
        var room = Peek(count);
        Length += count;
        return room;
    }

    /// <summary>Bytes already written, to be changed.</summary>
    public Span<byte> Patch(int start, int count) => _bytes.AsSpan(0, Length).Slice(start, count);

    public void WriteByte(byte value) => Take(1)[0] = value;

    public void WriteUInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(2), value);

    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);

    public void WriteUInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);

    public void WriteBytes(ReadOnlySpan<byte> value) => value.CopyTo(Take(value.Length));

    public void WriteString(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        WriteUInt32((uint)length);
        Encoding.UTF8.GetBytes(value, Take(length));
    }

    public void WriteMap(IReadOnlyDictionary<string, string> map)
    {
        var start = BeginBlock();
        foreach (var (key, value) in map)
        {
            WriteString(key);
            WriteString(value);
        }

        EndBlock(start);
    }

    /// <summary>Starts a block whose 32-bit length is filled in by <see cref="EndBlock"/>.</summary>
    public int BeginBlock()
    {
        WriteUInt32(0);
        return Length;
    }

    public void EndBlock(int start) =>
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(start - 4), (uint)(Length - start));

    /// <summary>Starts a record whose length is filled in by <see cref="EndRecord"/>.</summary>
    public int BeginRecord(McapOpcode opcode)
    {
        WriteByte((byte)opcode);
        WriteUInt64(0);
        return Length;
    }

    public void EndRecord(int start, ReadOnlySpan<byte> padding = default)
    {
        WriteBytes(padding);
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.AsSpan(start - 8), (ulong)(Length - start));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int count)
    {
        // Doubling keeps the number of copies logarithmic; the checked sum turns an impossible size into an error.
        var needed = checked(Length + count);
        var size = (int)Math.Min(Math.Max((long)_bytes.Length * 2, needed), Array.MaxLength);
        var larger = GC.AllocateUninitializedArray<byte>(size);
        Written.CopyTo(larger);
        _bytes = larger;
    }
}
