using System.Buffers.Binary;

namespace EdgeFusion.Recording.Mcap;

/// <summary>Unpacks messages that are compressed one by one, as rosbag2 writes them on demand.</summary>
/// <remarks><b>Threading.</b> One thread; the memory is reused from message to message.</remarks>
internal sealed class McapMessageUnpacker(IChunkCodec codec, McapReadOptions options)
{
    private const uint ZstdMagic = 0xFD2F_B528;

    private byte[] _buffer = [];

    /// <summary>Unpacks a message.</summary>
    /// <exception cref="RecordingException">Damaged, or larger than a record may be.</exception>
    public ReadOnlySpan<byte> Unpack(ReadOnlySpan<byte> packed)
    {
        if (packed.IsEmpty)
            return packed;
        var size = UnpackedSize(packed);
        if (size > (ulong)options.MaxRecordBytes)
            throw new RecordingException(
                $"a compressed message says {size} bytes, more than the limit of {options.MaxRecordBytes}; raise "
                + $"{nameof(options.MaxRecordBytes)} if the file is trustworthy");
        if ((ulong)_buffer.Length < size)
            _buffer = GC.AllocateUninitializedArray<byte>(McapSizes.Grown((int)size, options.MaxRecordBytes));
        return _buffer.AsSpan(0, codec.Decompress(packed, _buffer.AsSpan(0, (int)size)));
    }

    /// <summary>The size in the head of a zstd frame; one-shot compression always writes it.</summary>
    private static ulong UnpackedSize(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < 6 || BinaryPrimitives.ReadUInt32LittleEndian(frame) != ZstdMagic)
            throw new RecordingException("a message is not compressed with zstd as metadata.yaml says");
        // Frame header descriptor: size of the size, single segment, (reserved,) checksum, size of the dictionary id.
        var descriptor = frame[4];
        var isSingle = (descriptor & 0x20) != 0;
        var at = 5 + (isSingle ? 0 : 1) + (descriptor & 3) switch { 0 => 0, 1 => 1, 2 => 2, _ => 4 };
        var bytes = (descriptor >> 6) switch { 0 => isSingle ? 1 : 0, 1 => 2, 2 => 4, _ => 8 };
        if (bytes == 0 || frame.Length < at + bytes)
            throw new RecordingException("a compressed message does not say its size");
        var field = frame.Slice(at, bytes);
        return bytes switch
        {
            1 => field[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(field) + 256UL,
            4 => BinaryPrimitives.ReadUInt32LittleEndian(field),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(field),
        };
    }
}
