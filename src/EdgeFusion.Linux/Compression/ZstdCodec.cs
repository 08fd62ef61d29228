using System.Runtime.InteropServices;
using EdgeFusion.Linux.Interop.Zstd;
using EdgeFusion.Recording.Mcap;

namespace EdgeFusion.Linux.Compression;

/// <summary>"zstd" chunks through libzstd.</summary>
/// <remarks><b>Threading.</b> One thread at a time; the contexts are reused from block to block.</remarks>
public sealed class ZstdCodec : IFileCodec
{
    private const int PieceBytes = 128 << 10;

    private readonly int _level;
    private readonly ZstdCompressionHandle _compression;
    private readonly ZstdDecompressionHandle _decompression;

    /// <summary>Prepares the library.</summary>
    /// <param name="level">Effort of compression, 1 (fast, default) to 19.</param>
    /// <exception cref="RecordingException">The library is not installed.</exception>
    public ZstdCodec(int level = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, 19);
        if (Probe() is { } fault)
            throw new RecordingException(fault);
        _level = level;
        _compression = LibZstd.CreateCompression();
        _decompression = LibZstd.CreateDecompression();
        if (_compression.IsInvalid || _decompression.IsInvalid)
            throw new RecordingException("cannot prepare libzstd: out of memory; free some and start again");
    }

    /// <inheritdoc/>
    public string Name => "zstd";

    /// <summary>Why the library cannot be used; null where it can.</summary>
    public static string? Probe() => CodecLibrary.Probe(LibZstd.Library, "libzstd1");

    /// <inheritdoc/>
    public int MaxCompressedLength(int sourceLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sourceLength);
        return checked((int)LibZstd.CompressBound((nuint)sourceLength));
    }

    /// <inheritdoc/>
    public int Compress(ReadOnlySpan<byte> source, Span<byte> destination) => Check(
        "compress",
        LibZstd.Compress(
            _compression, ref MemoryMarshal.GetReference(destination), (nuint)destination.Length,
            ref MemoryMarshal.GetReference(source), (nuint)source.Length, _level));

    /// <inheritdoc/>
    public int Decompress(ReadOnlySpan<byte> source, Span<byte> destination) => Check(
        "unpack",
        LibZstd.Decompress(
            _decompression, ref MemoryMarshal.GetReference(destination), (nuint)destination.Length,
            ref MemoryMarshal.GetReference(source), (nuint)source.Length));

    /// <inheritdoc/>
    public unsafe void Unpack(Stream source, Stream target, long limit)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        var packed = new byte[PieceBytes];
        var unpacked = new byte[PieceBytes];
        long written = 0;
        // 0: a frame is complete. A file may hold several.
        nuint hint = 0;
        fixed (byte* from = packed, to = unpacked)
        {
            while (source.Read(packed) is > 0 and var length)
            {
                var input = new ZstdBuffer { Start = (nint)from, Length = (nuint)length };
                var isFull = false;
                while (input.Position < input.Length || isFull)
                {
                    var output = new ZstdBuffer { Start = (nint)to, Length = PieceBytes };
                    hint = LibZstd.DecompressStream(_decompression, ref output, ref input);
                    Check("unpack", hint);
                    written += (long)output.Position;
                    isFull = output.Position == output.Length;
                    if (written > limit)
                        throw new RecordingException($"the file unpacks to more than {limit} bytes");
                    target.Write(unpacked, 0, (int)output.Position);
                }
            }
        }

        if (hint != 0)
            throw new RecordingException("the file is cut off");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _compression.Dispose();
        _decompression.Dispose();
    }

    private static int Check(string attempt, nuint result) => LibZstd.IsError(result) == 0
        ? (int)result
        : throw new RecordingException(
            $"libzstd cannot {attempt} the block: {Marshal.PtrToStringUTF8(LibZstd.GetErrorName(result))}");
}
