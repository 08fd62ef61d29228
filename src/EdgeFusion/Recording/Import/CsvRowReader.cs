using System.Globalization;

namespace EdgeFusion.Recording.Import;

/// <summary>Rows of a CSV file with a header. Numbers may be nan, -nan, inf; a field too many must be empty.</summary>
internal sealed class CsvRowReader : RowReader
{
    private readonly CsvRecords _records;
    private readonly List<string> _names = [];

    public CsvRowReader(Stream stream, string name)
    {
        _records = new CsvRecords(stream, name);
        if (!_records.MoveNext())
        {
            throw ImportFault.Data($"'{name}'", "it is empty", "A CSV file needs a header line.");
        }

        for (int i = 0; i < _records.FieldCount; i++)
        {
            _names.Add(_records.Field(i).ToString());
        }
    }

    public override int Width => _names.Count;

    public override IReadOnlyList<string> Names => _names;

    public override bool MoveNext()
    {
        if (!_records.MoveNext())
        {
            return false;
        }

        // Some writers end every row but the header with a comma.
        bool hasEmptyEnd = _records.FieldCount == Width + 1 && _records.Field(Width).IsEmpty;
        return _records.FieldCount == Width || hasEmptyEnd ? true : throw ImportFault.Data(
            $"'{_records.Name}' line {_records.Line}", $"it has {_records.FieldCount} fields, the header has {Width}",
            "Correct or remove the line.");
    }

    public override float Number(int column)
    {
        ReadOnlySpan<char> text = _records.Field(column);
        if (float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float value))
        {
            return value;
        }

        ReadOnlySpan<char> word = text.TrimStart("+-");
        if (word.Equals("nan", StringComparison.OrdinalIgnoreCase))
        {
            return float.NaN;
        }

        bool isInfinite = word.Equals("inf", StringComparison.OrdinalIgnoreCase)
            || word.Equals("infinity", StringComparison.OrdinalIgnoreCase);
        return isInfinite
            ? (text[0] == '-' ? float.NegativeInfinity : float.PositiveInfinity)
            : throw ImportFault.Data(Place(column), $"'{text}' is not a number", "Correct the file.");
    }

    public override long Nanoseconds(int column, TimeUnit unit) =>
        DecimalTime.TryParse(_records.Field(column), unit, out long time) ? time : throw ImportFault.Data(
            Place(column), $"'{_records.Field(column)}' is not a time", "Correct the file or the map's time column.");

    public override string Place(int column) => $"'{_records.Name}' line {_records.Line} column '{_names[column]}'";

    public override void Dispose() => _records.Dispose();
}
