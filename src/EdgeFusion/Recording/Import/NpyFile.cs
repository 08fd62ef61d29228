using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace EdgeFusion.Recording.Import;

/// <summary>Element types of .npy files that are read.</summary>
internal enum NpyType
{
    Float32,
    Float64,
    Int16,
    Int32,
    Int64,
    UInt8,
}

/// <summary>
/// An array file of NumPy (.npy format 1.0, 2.0 and 3.0), C order, little endian, read in place: only what is asked for
/// is taken into memory.
/// </summary>
internal sealed class NpyFile : IDisposable
{
    private const int PrefixBytes = 8;

    /// <summary>Largest header; real ones have some 100 bytes.</summary>
    private const int MostHeaderBytes = 64 << 10;

    private const string Advice = "Save it again with numpy.save as a plain, C-ordered array.";

    private readonly ByteSource _source;
    private readonly long _dataOffset;

    /// <summary>Reads the header and checks that the data is all there. Owns the source.</summary>
    public NpyFile(ByteSource source)
    {
        _source = source;
        string header = ReadHeader(source, out _dataOffset);
        Type = ParseType(Value(header, "descr"));
        if (!Value(header, "fortran_order").StartsWith("False"))
        {
            throw Fault("it is in Fortran order");
        }

        Shape = ParseShape(Value(header, "shape"));
        long count = 1;
        foreach (long extent in Shape)
        {
            if (extent > 0 && count > long.MaxValue / sizeof(double) / extent)
            {
                throw Fault($"its shape ({string.Join(", ", Shape)}) is absurd");
            }

            count *= extent;
        }

        Count = count;
        if (source.Length - _dataOffset < count * ElementBytes)
        {
            throw Fault($"its shape ({string.Join(", ", Shape)}) needs {count * ElementBytes} bytes of data but it has "
                + $"{source.Length - _dataOffset}");
        }
    }

    public string Name => _source.Name;

    public NpyType Type { get; }

    public ImmutableArray<long> Shape { get; }

    /// <summary>Number of elements.</summary>
    public long Count { get; }

    public int ElementBytes => Type switch
    {
        NpyType.UInt8 => 1,
        NpyType.Int16 => 2,
        NpyType.Float32 or NpyType.Int32 => 4,
        _ => 8,
    };

    /// <summary>Reads raw elements.</summary>
    public void Read(long firstElement, Span<byte> destination) =>
        _source.Read(_dataOffset + (firstElement * ElementBytes), destination);

    public void Dispose() => _source.Dispose();

    private string ReadHeader(ByteSource source, out long dataOffset)
    {
        Span<byte> prefix = stackalloc byte[PrefixBytes + sizeof(uint)];
        source.Read(0, prefix);
        if (prefix[0] != 0x93 || !prefix[1..6].SequenceEqual("NUMPY"u8) || prefix[6] is < 1 or > 3)
        {
            throw Fault("it is not a .npy file of format 1, 2 or 3");
        }

        int lengthBytes = prefix[6] == 1 ? sizeof(ushort) : sizeof(uint);
        uint length = lengthBytes == sizeof(ushort)
            ? BinaryPrimitives.ReadUInt16LittleEndian(prefix[PrefixBytes..])
            : BinaryPrimitives.ReadUInt32LittleEndian(prefix[PrefixBytes..]);
        if (length > MostHeaderBytes)
        {
            throw Fault($"its header claims {length} bytes");
        }

        byte[] header = new byte[length];
        source.Read(PrefixBytes + lengthBytes, header);
        dataOffset = PrefixBytes + lengthBytes + length;
        return Encoding.UTF8.GetString(header);
    }

    // The header is a Python dictionary of three known keys, so a full parser is not needed.
    private ReadOnlySpan<char> Value(string header, string key)
    {
        int at = header.IndexOf($"'{key}'", StringComparison.Ordinal);
        int colon = at < 0 ? -1 : header.IndexOf(':', at);
        return colon < 0 ? throw Fault($"its header has no '{key}'") : header.AsSpan(colon + 1).TrimStart();
    }

    private NpyType ParseType(ReadOnlySpan<char> value)
    {
        int end = value.Length > 1 && value[0] == '\'' ? value[1..].IndexOf('\'') : -1;
        string descr = end < 0 ? "a structure" : value.Slice(1, end).ToString();
        return descr switch
        {
            "<f4" => NpyType.Float32,
            "<f8" => NpyType.Float64,
            "<i2" => NpyType.Int16,
            "<i4" => NpyType.Int32,
            "<i8" => NpyType.Int64,
            "|u1" or "<u1" => NpyType.UInt8,
            _ => throw Fault($"its element type is {descr}; supported are <f4 <f8 <i2 <i4 <i8 u1"),
        };
    }

    private ImmutableArray<long> ParseShape(ReadOnlySpan<char> value)
    {
        int end = value.IndexOf(')');
        if (value.IsEmpty || value[0] != '(' || end < 0)
        {
            throw Fault("its shape is not a tuple");
        }

        ImmutableArray<long>.Builder shape = ImmutableArray.CreateBuilder<long>();
        ReadOnlySpan<char> extents = value[1..end];
        foreach (Range range in extents.Split(','))
        {
            ReadOnlySpan<char> extent = extents[range].Trim();
            if (extent.IsEmpty)
            {
                continue; // (3,) has a comma behind its only extent.
            }

            shape.Add(long.TryParse(extent, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
                ? number
                : throw Fault($"its shape holds '{extent}'"));
        }

        return shape.ToImmutable();
    }

    private RecordingException Fault(string why) => ImportFault.Data($"'{Name}'", why, Advice);
}
