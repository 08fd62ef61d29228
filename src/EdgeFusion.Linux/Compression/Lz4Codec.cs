using System.Runtime.InteropServices;
using EdgeFusion.Linux.Interop.Lz4;
using EdgeFusion.Recording.Mcap;

namespace EdgeFusion.Linux.Compression;

/// <summary>"lz4" chunks, which are LZ4 frames, through liblz4.</summary>
/// <remarks><b>Threading.</b> One thread at a time; the context is reused from block to block.</remarks>
public sealed class Lz4Codec : IChunkCodec
{
    private readonly Lz4Preferences _preferences = new() { BlockSizeId = Lz4Preferences.Block4MiB };
    private readonly Lz4DecompressionHandle _decompression;

    /// <summary>Prepares the library.</summary>
    /// <exception cref="RecordingException">The library is not installed.</exception>
    public Lz4Codec()
    {
        if (Probe() is { } fault)
            throw new RecordingException(fault);
        Check("prepare", LibLz4.CreateDecompression(out _decompression, LibLz4.Version));
    }

    /// <inheritdoc/>
    public string Name => "lz4";

    /// <summary>Why the library cannot be used; null where it can.</summary>
    public static string? Probe() => CodecLibrary.Probe(LibLz4.Library, "liblz4-1");

    /// <inheritdoc/>
    public int MaxCompressedLength(int sourceLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sourceLength);
        return checked((int)LibLz4.CompressFrameBound((nuint)sourceLength, _preferences));
    }

    /// <inheritdoc/>
    public int Compress(ReadOnlySpan<byte> source, Span<byte> destination) => (int)Check(
        "compress",
        LibLz4.CompressFrame(
            ref MemoryMarshal.GetReference(destination), (nuint)destination.Length,
            ref MemoryMarshal.GetReference(source), (nuint)source.Length, _preferences));

    /// <inheritdoc/>
    public int Decompress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        LibLz4.ResetDecompression(_decompression);
        var read = 0;
        var written = 0;
        while (true)
        {
            var room = (nuint)(destination.Length - written);
            var rest = (nuint)(source.Length - read);
            var hint = Check("unpack", LibLz4.Decompress(
                _decompression, ref MemoryMarshal.GetReference(destination[written..]), ref room,
                ref MemoryMarshal.GetReference(source[read..]), ref rest, 0));
            written += (int)room;
            read += (int)rest;
            // 0: the frame is complete. Otherwise the library wants more input or more room; without progress it
            // has neither.
            if (hint == 0)
                return read == source.Length
                    ? written
                    : throw new RecordingException($"{source.Length - read} bytes follow the LZ4 frame");
            if (room == 0 && rest == 0)
                throw new RecordingException(read == source.Length
                    ? "the LZ4 frame is cut off"
                    : $"the LZ4 frame holds more than the {destination.Length} bytes expected");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _decompression.Dispose();

    private static nuint Check(string attempt, nuint result) => LibLz4.IsError(result) == 0
        ? result
        : throw new RecordingException(
            $"liblz4 cannot {attempt} the block: {Marshal.PtrToStringUTF8(LibLz4.GetErrorName(result))}");
}
