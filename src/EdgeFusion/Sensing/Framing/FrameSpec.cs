using System.Collections.Immutable;

namespace EdgeFusion.Sensing.Framing;

/// <summary>Shape of a device's frames: all that a scanner has to know to find them in a stream of bytes.</summary>
/// <remarks>
/// Layout: header, content, checksum, trailer. The length is fixed, or stands in a field that together with
/// <see cref="LengthBeyond"/> gives the whole frame.
/// </remarks>
public sealed record FrameSpec
{
    /// <summary>Bytes that every frame begins with; empty for streams that are only prefixed by a length.</summary>
    public ImmutableArray<byte> Header { get; init; } = [];

    /// <summary>Length of every frame in bytes; 0 = in a field.</summary>
    public int FixedLength { get; init; }

    /// <summary>Offset of the length field.</summary>
    public int LengthOffset { get; init; }

    /// <summary>Bytes of the length field: 1, 2 or 4.</summary>
    public int LengthSize { get; init; }

    /// <summary>Whether the length field has its high byte first.</summary>
    public bool LengthBigEndian { get; init; }

    /// <summary>Bytes of a frame that its length field does not count.</summary>
    public int LengthBeyond { get; init; }

    /// <summary>Shortest legal frame in bytes.</summary>
    public int MinLength { get; init; }

    /// <summary>
    /// Longest legal frame in bytes. A damaged length field costs at most a wait for so many bytes.
    /// </summary>
    public int MaxLength { get; init; }

    /// <summary>The checksum, before the trailer.</summary>
    public ChecksumKind Checksum { get; init; }

    /// <summary>First byte that the checksum covers.</summary>
    public int ChecksumStart { get; init; }

    /// <summary>Bytes that every frame ends with.</summary>
    public ImmutableArray<byte> Trailer { get; init; } = [];

    /// <summary>
    /// For frames without a checksum: after lost bytes a frame counts only when another header follows it, so that a
    /// header inside a payload is not taken for one.
    /// </summary>
    public bool ConfirmByNext { get; init; }

    /// <summary>Bytes from the start that give the length.</summary>
    internal int PrefixLength => FixedLength > 0 ? Header.Length : Math.Max(Header.Length, LengthOffset + LengthSize);

    internal int LongestFrame => FixedLength > 0 ? FixedLength : MaxLength;

    internal int ShortestFrame => FixedLength > 0
        ? FixedLength
        : Math.Max(MinLength, Math.Max(PrefixLength, Framing.Checksum.Size(Checksum) + Trailer.Length));
}
