namespace EdgeFusion.Recording.Import;

/// <summary>Rows with times of their own, of which the latest at or before a given time is held.</summary>
internal sealed class HeldRows : IDisposable
{
    private readonly RowReader _rows;
    private readonly RowReader? _times;
    private readonly MapJoin _join;
    private readonly int[] _columns;
    private readonly int _timeColumn;
    private readonly float[] _held;
    private long _heldTime;
    private long _nextTime;
    private bool _hasHeld;
    private bool _hasNext;

    public HeldRows(MapJoin join, RowSources sources, Segment segment)
    {
        _join = join;
        _rows = sources.Open(join.Source, segment);
        _times = join.Time.File is { } file ? sources.OpenTimes(file, join.Source, segment) : null;
        _columns = RowSources.Select(_rows, join.Source.Columns, _times is null ? join.Time.Column : null);
        _timeColumn = join.Time.Column is { } column ? RowSources.Column(_times ?? _rows, column) : 0;
        _held = new float[_columns.Length];
        Advance();
    }

    /// <summary>Number of elements.</summary>
    public int Width => _columns.Length;

    /// <summary>Names of the elements; empty where the file has none.</summary>
    public IEnumerable<string> Names
    {
        get
        {
            foreach (int column in _columns)
            {
                yield return column < _rows.Names.Count ? _rows.Names[column] : "";
            }
        }
    }

    /// <summary>Takes the values that hold at a time.</summary>
    /// <returns>False where there are none yet, or they are older than the map allows.</returns>
    public bool TryTake(long time, Span<float> destination)
    {
        while (_hasNext && _nextTime <= time)
        {
            for (int i = 0; i < _columns.Length; i++)
            {
                _held[i] = _rows.Number(_columns[i]);
            }

            _heldTime = _nextTime;
            _hasHeld = true;
            Advance();
        }

        _held.CopyTo(destination);
        return _hasHeld && time - _heldTime <= _join.MaxAgeNanoseconds;
    }

    public void Dispose()
    {
        _rows.Dispose();
        _times?.Dispose();
    }

    private void Advance()
    {
        _hasNext = _rows.MoveNext() && (_times is null || _times.MoveNext());
        if (_hasNext)
        {
            _nextTime = (_times ?? _rows).Nanoseconds(_timeColumn, _join.Time.Unit) + _join.Time.OffsetNanoseconds;
        }
    }
}
