using System.Runtime.InteropServices;
using EdgeFusion.Linux.Interop.Bz2;
using EdgeFusion.Recording.Mcap;

namespace EdgeFusion.Linux.Compression;

/// <summary>"bz2" chunks of ROS 1 bags through libbz2.</summary>
/// <remarks><b>Threading.</b> Any: it keeps nothing.</remarks>
public sealed class Bz2Codec : IChunkCodec
{
    private const int BlockSize100k = 9;
    private const int Ok = 0;

    /// <summary>Looks for the library.</summary>
    /// <exception cref="RecordingException">The library is not installed.</exception>
    public Bz2Codec()
    {
        if (Probe() is { } fault)
            throw new RecordingException(fault);
    }

    /// <inheritdoc/>
    public string Name => "bz2";

    /// <summary>Why the library cannot be used; null where it can.</summary>
    public static string? Probe() => CodecLibrary.Probe(LibBz2.Library, "libbz2-1.0");

    /// <inheritdoc/>
    public int MaxCompressedLength(int sourceLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sourceLength);
        // As bzlib.h has it: one per cent and 600 bytes more.
        return checked(sourceLength + (sourceLength / 100) + 600);
    }

    /// <inheritdoc/>
    public int Compress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var length = (uint)destination.Length;
        Check("compress", LibBz2.Compress(
            ref MemoryMarshal.GetReference(destination), ref length, ref MemoryMarshal.GetReference(source),
            (uint)source.Length, BlockSize100k, 0, 0));
        return (int)length;
    }

    /// <inheritdoc/>
    public int Decompress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var length = (uint)destination.Length;
        Check("unpack", LibBz2.Decompress(
            ref MemoryMarshal.GetReference(destination), ref length, ref MemoryMarshal.GetReference(source),
            (uint)source.Length, 0, 0));
        return (int)length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static void Check(string attempt, int result)
    {
        if (result != Ok)
            throw new RecordingException($"libbz2 cannot {attempt} the block: " + result switch
            {
                -3 => "out of memory",
                -4 or -5 => "it is damaged",
                -7 => "it is cut off",
                -8 => "it holds more than expected",
                _ => $"error {result}",
            });
    }
}
