using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace EdgeFusion.Worker.Export.Parquet;

/// <summary>One column of a Parquet file: a number per row, or a list of so many floats per row.</summary>
/// <param name="Name">Name; may hold dots.</param>
/// <param name="Width">Floats per row; 0 for a single number.</param>
/// <param name="IsFloat">32-bit float or 64-bit integer.</param>
/// <param name="Values">The values of all rows, little endian.</param>
internal sealed record ParquetColumn(string Name, int Width, bool IsFloat, byte[] Values)
{
    /// <summary>A column of 64-bit integers.</summary>
    public static ParquetColumn Of(string name, long[] values) =>
        new(name, 0, IsFloat: false, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    /// <summary>A column of floats.</summary>
    public static ParquetColumn Of(string name, float[] values) =>
        new(name, 0, IsFloat: true, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    /// <summary>A column of lists of floats, all of one length.</summary>
    public static ParquetColumn Of(string name, int width, ReadOnlySpan<float> values) =>
        new(name, width, IsFloat: true, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>Numbers in the column.</summary>
    public int Count => Values.Length / (IsFloat ? sizeof(float) : sizeof(long));

    /// <summary>Path in the schema; a list has two levels more, as all writers name them.</summary>
    public IReadOnlyList<string> Path => Width == 0 ? [Name] : [Name, "list", "element"];

    /// <summary>The levels in front of the values: which number begins a list, and that all are there.</summary>
    public byte[] Levels()
    {
        if (Width == 0)
        {
            return [];
        }

        using var repetition = new MemoryStream();
        for (int row = 0; row < Count / Width; row++)
        {
            WriteRun(repetition, 1, 0);
            WriteRun(repetition, Width - 1, 1);
        }

        using var definition = new MemoryStream();
        WriteRun(definition, Count, 1);
        return [.. Sized(repetition), .. Sized(definition)];
    }

    /// <summary>A run of equal levels of one bit: twice its length as a variable number, then the level.</summary>
    private static void WriteRun(MemoryStream target, int length, byte level)
    {
        if (length == 0)
        {
            return;
        }

        uint head = (uint)length << 1;
        for (; head >= 0x80; head >>= 7)
        {
            target.WriteByte((byte)(head | 0x80));
        }

        target.WriteByte((byte)head);
        target.WriteByte(level);
    }

    private static byte[] Sized(MemoryStream levels)
    {
        var bytes = new byte[sizeof(int) + levels.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, (int)levels.Length);
        levels.ToArray().CopyTo(bytes, sizeof(int));
        return bytes;
    }
}
