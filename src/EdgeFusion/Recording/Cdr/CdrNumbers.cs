using System.Buffers.Binary;

namespace EdgeFusion.Recording.Cdr;

/// <summary>A sequence of floats inside a message, 4 or 8 bytes each, in the message's byte order.</summary>
/// <remarks>Points into the message; allocates nothing.</remarks>
internal readonly ref struct CdrNumbers
{
    private readonly bool _isBigEndian;

    public CdrNumbers(ReadOnlySpan<byte> bytes, int elementBytes, bool isBigEndian)
    {
        Bytes = bytes;
        ElementBytes = elementBytes;
        _isBigEndian = isBigEndian;
    }

    /// <summary>The raw bytes.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>4 or 8.</summary>
    public int ElementBytes { get; }

    /// <summary>Number of elements.</summary>
    public int Count => ElementBytes == 0 ? 0 : Bytes.Length / ElementBytes;

    /// <summary>One element; a 32-bit float is widened, which is exact.</summary>
    public double this[int index] => ElementBytes == sizeof(double) ? Float64(index) : Float32(index);

    /// <summary>Copies 32-bit floats bit for bit.</summary>
    public void CopyBits(Span<float> destination)
    {
        for (int i = 0; i < Count; i++)
        {
            destination[i] = Float32(i);
        }
    }

    private double Float64(int index)
    {
        ReadOnlySpan<byte> bytes = Bytes.Slice(index * sizeof(double), sizeof(double));
        return _isBigEndian ? BinaryPrimitives.ReadDoubleBigEndian(bytes)
            : BinaryPrimitives.ReadDoubleLittleEndian(bytes);
    }

    private float Float32(int index)
    {
        ReadOnlySpan<byte> bytes = Bytes.Slice(index * sizeof(float), sizeof(float));
        return _isBigEndian ? BinaryPrimitives.ReadSingleBigEndian(bytes)
            : BinaryPrimitives.ReadSingleLittleEndian(bytes);
    }
}
