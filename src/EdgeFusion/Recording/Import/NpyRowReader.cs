using System.Buffers.Binary;

namespace EdgeFusion.Recording.Import;

/// <summary>Rows out of an array: every so many elements a row of adjacent ones. Reads ahead by 64 KiB.</summary>
internal sealed class NpyRowReader : RowReader
{
    private const int BlockBytes = 64 << 10;

    private readonly NpyFile _file;
    private readonly long _first;
    private readonly long _stride;
    private readonly long _rows;
    private readonly byte[] _block;
    private long _blockStart = long.MinValue;
    private int _blockElements;
    private long _row = -1;
    private int _at;

    /// <param name="file">The array; stays the caller's.</param>
    /// <param name="first">First element of the first row.</param>
    /// <param name="stride">Elements from one row to the next.</param>
    /// <param name="width">Elements of a row.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="names">Names of the columns; empty for none.</param>
    public NpyRowReader(NpyFile file, long first, long stride, int width, long rows, IReadOnlyList<string> names)
    {
        if (rows > 0 && (first < 0 || first + ((rows - 1) * stride) + width > file.Count))
        {
            throw ImportFault.Data(
                $"'{file.Name}'", $"rows of {width} elements from element {first} on lie outside its {file.Count}",
                "Check the manifest's offsets and lengths.");
        }

        _file = file;
        _first = first;
        _stride = stride;
        _rows = rows;
        _block = new byte[Math.Max(BlockBytes, width * file.ElementBytes)];
        Width = width;
        Names = names;
    }

    public override int Width { get; }

    public override IReadOnlyList<string> Names { get; }

    public override bool MoveNext()
    {
        if (_row + 1 >= _rows)
        {
            return false;
        }

        _row++;
        long element = _first + (_row * _stride);
        if (element < _blockStart || element + Width > _blockStart + _blockElements)
        {
            _blockElements = (int)Math.Min(_block.Length / _file.ElementBytes, _file.Count - element);
            _file.Read(element, _block.AsSpan(0, _blockElements * _file.ElementBytes));
            _blockStart = element;
        }

        _at = (int)(element - _blockStart) * _file.ElementBytes;
        return true;
    }

    public override float Number(int column) => _file.Type switch
    {
        NpyType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(Element(column)),
        NpyType.Float64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(Element(column)),
        _ => Integer(column),
    };

    public override long Nanoseconds(int column, TimeUnit unit)
    {
        long time;
        bool fits = _file.Type switch
        {
            NpyType.Float32 => DecimalTime.TryConvert(
                (double)BinaryPrimitives.ReadSingleLittleEndian(Element(column)), unit, out time),
            NpyType.Float64 => DecimalTime.TryConvert(
                BinaryPrimitives.ReadDoubleLittleEndian(Element(column)), unit, out time),
            _ => DecimalTime.TryConvert(Integer(column), unit, out time),
        };
        return fits ? time : throw ImportFault.Data(
            Place(column), "it is not a time between the years 1678 and 2262", "Check the column and its unit.");
    }

    public override string Place(int column) => $"'{_file.Name}' row {_row} column {column}";

    public override void Dispose()
    {
    }

    private ReadOnlySpan<byte> Element(int column) =>
        _block.AsSpan(_at + (column * _file.ElementBytes), _file.ElementBytes);

    private long Integer(int column) => _file.Type switch
    {
        NpyType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(Element(column)),
        NpyType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(Element(column)),
        NpyType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(Element(column)),
        _ => Element(column)[0],
    };
}
