using System.Buffers.Binary;

namespace EdgeFusion.Worker.Export.Parquet;

/// <summary>
/// Writes a Parquet file of one row group: plain, uncompressed, no value missing. What every reader reads, and small
/// enough here, since an episode's pictures lie beside it.
/// </summary>
internal static class ParquetFile
{
    private const int Required = 0;
    private const int Repeated = 2;
    private const int ListAnnotation = 3;
    private const int Int64Type = 2;
    private const int FloatType = 4;
    private const int Plain = 0;
    private const int RunLength = 3;
    private const int Uncompressed = 0;

    private static ReadOnlySpan<byte> Magic => "PAR1"u8;

    /// <summary>Writes columns that all have so many rows.</summary>
    public static void Write(string path, int rows, IReadOnlyList<ParquetColumn> columns)
    {
        using FileStream file = File.Create(path);
        file.Write(Magic);
        var places = new (long Offset, long Bytes)[columns.Count];
        for (int i = 0; i < columns.Count; i++)
        {
            places[i].Offset = file.Position;
            WritePage(file, columns[i]);
            places[i].Bytes = file.Position - places[i].Offset;
        }

        var footer = new ThriftWriter();
        footer.Enter();
        footer.Int32(1, 1);
        WriteSchema(footer, columns);
        footer.Int64(3, rows);
        WriteGroup(footer, rows, columns, places);
        footer.Text(6, "edgefusion");
        footer.EndStruct();
        file.Write(footer.Written);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, footer.Written.Length);
        file.Write(length);
        file.Write(Magic);
    }

    private static void WritePage(FileStream file, ParquetColumn column)
    {
        byte[] levels = column.Levels();
        var head = new ThriftWriter();
        head.Enter();
        head.Int32(1, 0);
        head.Int32(2, levels.Length + column.Values.Length);
        head.Int32(3, levels.Length + column.Values.Length);
        head.BeginStruct(5);
        head.Int32(1, column.Count);
        head.Int32(2, Plain);
        head.Int32(3, RunLength);
        head.Int32(4, RunLength);
        head.EndStruct();
        head.EndStruct();
        file.Write(head.Written);
        file.Write(levels);
        file.Write(column.Values);
    }

    private static void WriteSchema(ThriftWriter footer, IReadOnlyList<ParquetColumn> columns)
    {
        int elements = 1;
        foreach (ParquetColumn column in columns)
        {
            elements += column.Path.Count;
        }

        footer.BeginStructs(2, elements);
        footer.Enter();
        footer.Text(4, "schema");
        footer.Int32(5, columns.Count);
        footer.EndStruct();
        foreach (ParquetColumn column in columns)
        {
            if (column.Width > 0)
            {
                WriteGroupElement(footer, column.Name, Required, isList: true);
                WriteGroupElement(footer, "list", Repeated, isList: false);
            }

            footer.Enter();
            footer.Int32(1, column.IsFloat ? FloatType : Int64Type);
            footer.Int32(3, Required);
            footer.Text(4, column.Path[^1]);
            footer.EndStruct();
        }
    }

    private static void WriteGroupElement(ThriftWriter footer, string name, int repetition, bool isList)
    {
        footer.Enter();
        footer.Int32(3, repetition);
        footer.Text(4, name);
        footer.Int32(5, 1);
        if (isList)
        {
            footer.Int32(6, ListAnnotation);
        }

        footer.EndStruct();
    }

    private static void WriteGroup(
        ThriftWriter footer, int rows, IReadOnlyList<ParquetColumn> columns, (long Offset, long Bytes)[] places)
    {
        long total = 0;
        footer.BeginStructs(4, 1);
        footer.Enter();
        footer.BeginStructs(1, columns.Count);
        for (int i = 0; i < columns.Count; i++)
        {
            (long offset, long bytes) = places[i];
            total += bytes;
            footer.Enter();
            footer.Int64(2, offset);
            footer.BeginStruct(3);
            footer.Int32(1, columns[i].IsFloat ? FloatType : Int64Type);
            footer.Int32List(2, Plain, RunLength);
            footer.TextList(3, columns[i].Path);
            footer.Int32(4, Uncompressed);
            footer.Int64(5, columns[i].Count);
            footer.Int64(6, bytes);
            footer.Int64(7, bytes);
            footer.Int64(9, offset);
            footer.EndStruct();
            footer.EndStruct();
        }

        footer.Int64(2, total);
        footer.Int64(3, rows);
        footer.EndStruct();
    }
}
