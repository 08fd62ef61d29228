using System.Text;

namespace EdgeFusion.Recording.Import;

/// <summary>
/// Splits CSV (RFC 4180) into records: commas, quotes with doubled quotes inside, LF or CRLF. Blank lines are left out.
/// </summary>
internal sealed class CsvRecords : IDisposable
{
    /// <summary>Longest record in characters; a real row has some 1 000.</summary>
    private const int MostCharacters = 1 << 20;

    private const int MostFields = SampleLimits.VectorElements;

    private readonly StreamReader _reader;
    private readonly char[] _block = new char[16 << 10];
    private readonly StringBuilder _record = new();
    private readonly List<int> _ends = [];
    private int _blockLength;
    private int _blockAt;
    private char[] _text = [];

    public CsvRecords(Stream stream, string name)
    {
        _reader = new StreamReader(stream, Encoding.UTF8);
        Name = name;
    }

    public string Name { get; }

    /// <summary>Line at which the next record starts, from 1.</summary>
    public long NextLine { get; private set; } = 1;

    /// <summary>Line at which the current record starts, from 1.</summary>
    public long Line { get; private set; }

    public int FieldCount => _ends.Count;

    /// <summary>A field without its quotes, trimmed; valid until the next <see cref="MoveNext"/>.</summary>
    public ReadOnlySpan<char> Field(int index)
    {
        int start = index == 0 ? 0 : _ends[index - 1];
        return _text.AsSpan(start, _ends[index] - start).Trim();
    }

    public bool MoveNext()
    {
        do
        {
            Line = NextLine;
            _record.Clear();
            _ends.Clear();
            if (!ReadRecord())
            {
                return false;
            }
        }
        while (_record.Length == 0 && _ends.Count == 1);

        if (_text.Length < _record.Length)
        {
            _text = new char[_record.Length * 2];
        }

        _record.CopyTo(0, _text, 0, _record.Length);
        return true;
    }

    public void Dispose() => _reader.Dispose();

    private bool ReadRecord()
    {
        bool isQuoted = false;
        bool isAny = false;
        for (int c = Next(); c >= 0; c = Next())
        {
            isAny = true;
            if (c == '\n')
            {
                NextLine++;
                if (!isQuoted)
                {
                    break;
                }
            }

            if (c == '"')
            {
                isQuoted = Quote(isQuoted);
            }
            else if (c == ',' && !isQuoted)
            {
                EndField();
            }
            else if (c != '\r' || isQuoted)
            {
                Append((char)c);
            }
        }

        if (isQuoted)
        {
            throw ImportFault.Data($"'{Name}' line {Line}", "a quote is not closed", "The file is cut short.");
        }

        if (isAny)
        {
            EndField();
        }

        return isAny;
    }

    // A doubled quote inside quotes is one quote; otherwise a quote opens or closes.
    private bool Quote(bool isQuoted)
    {
        if (isQuoted && Peek() == '"')
        {
            Next();
            Append('"');
            return true;
        }

        return !isQuoted;
    }

    private void Append(char c)
    {
        _record.Append(c);
        if (_record.Length > MostCharacters)
        {
            throw ImportFault.Data(
                $"'{Name}' line {Line}", $"a record has more than {MostCharacters} characters", "Is it a CSV file?");
        }
    }

    private void EndField()
    {
        _ends.Add(_record.Length);
        if (_ends.Count > MostFields)
        {
            throw ImportFault.Data(
                $"'{Name}' line {Line}", $"a record has more than {MostFields} fields", "Is it a CSV file?");
        }
    }

    private int Next() => Peek() < 0 ? -1 : _block[_blockAt++];

    private int Peek()
    {
        if (_blockAt == _blockLength)
        {
            _blockAt = 0;
            _blockLength = Fill();
        }

        return _blockLength == 0 ? -1 : _block[_blockAt];
    }

    private int Fill()
    {
        try
        {
            return _reader.Read(_block, 0, _block.Length);
        }
        catch (InvalidDataException fault)
        {
            throw ImportFault.Data($"'{Name}' line {Line}", "the archive is damaged", "Fetch it again.", fault);
        }
    }
}
