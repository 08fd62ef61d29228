using System.Collections.Immutable;
using System.Runtime.InteropServices;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Recording.Import;

/// <summary>Rows of numbers as vectors, or as audio blocks of one channel with a PCM frame per column.</summary>
internal sealed class RowCursor : SegmentCursor
{
    private readonly MapStream _stream;
    private readonly RowReader _rows;
    private readonly RowReader? _times;
    private readonly List<HeldRows> _joins = [];
    private readonly int[] _columns;
    private readonly int _timeColumn = -1;
    private readonly float[] _values;
    private long _row = -1;

    public RowCursor(MapStream stream, RowSources sources, Segment segment)
    {
        _stream = stream;
        try
        {
            _rows = sources.Open(stream.Source, segment);
            _times = stream.Time.File is { } file ? sources.OpenTimes(file, stream.Source, segment) : null;
            _columns = RowSources.Select(_rows, stream.Source.Columns, _times is null ? stream.Time.Column : null);
            bool hasTime = _times is not null || stream.Time.Column is not null;
            _timeColumn = hasTime ? 0 : -1;
            if (stream.Time.Column is { } column)
            {
                _timeColumn = RowSources.Column(_times ?? _rows, column);
            }

            int width = _columns.Length;
            foreach (MapJoin join in stream.Joins)
            {
                _joins.Add(new HeldRows(join, sources, segment));
                width += _joins[^1].Width;
            }

            _values = new float[width];
            Info = Describe();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public override SensorInfo Info { get; }

    public override ReadOnlySpan<byte> Payload => MemoryMarshal.AsBytes<float>(_values);

    public override bool MoveNext()
    {
        while (_rows.MoveNext())
        {
            if (_times is not null && !_times.MoveNext())
            {
                throw ImportFault.Data(
                    _rows.Place(0), $"'{_stream.Time.File}' has fewer rows",
                    "Check that the two files belong together.");
            }

            _row++;
            Nanoseconds = _timeColumn < 0
                ? RateTime()
                : (_times ?? _rows).Nanoseconds(_timeColumn, _stream.Time.Unit) + _stream.Time.OffsetNanoseconds;
            if (TryFill())
            {
                return true;
            }

            Skipped++;
        }

        return false;
    }

    public override void Dispose()
    {
        _rows?.Dispose();
        _times?.Dispose();
        foreach (HeldRows join in _joins)
        {
            join.Dispose();
        }
    }

    private long RateTime() => _stream.Time.OffsetNanoseconds
        + (long)Math.Round(_row * (double)Info.FramesPerBlock * Timestamp.NanosecondsPerSecond / Info.RateHz);

    private bool TryFill()
    {
        int at = 0;
        foreach (int column in _columns)
        {
            _values[at++] = _rows.Number(column);
        }

        foreach (HeldRows join in _joins)
        {
            if (!join.TryTake(Nanoseconds, _values.AsSpan(at, join.Width)))
            {
                return false;
            }

            at += join.Width;
        }

        float factor = _stream.IsNormalised ? _stream.Scale / Sum() : _stream.Scale;
        for (int i = 0; i < _values.Length; i++)
        {
            _values[i] *= factor;
        }

        return FiniteCheck.AllFinite(_values);
    }

    private float Sum()
    {
        double sum = 0;
        foreach (float value in _values)
        {
            sum += value;
        }

        return (float)sum;
    }

    private SensorInfo Describe()
    {
        var info = new SensorInfo
        {
            Name = _stream.Name,
            Modality = _stream.Modality,
            RateHz = _stream.RateHz,
            Jitter = _stream.Jitter,
            Layout = new AudioLayout(1, AudioFormat.Float32, _values.Length),
        };
        return _stream.Kind == MapKind.Audio
            ? info with { FramesPerBlock = _values.Length }
            : info with { Layout = new VectorLayout(ElementNames(), ElementUnits()) };
    }

    private ImmutableArray<string> ElementNames()
    {
        ImmutableArray<string> names = _stream.Elements;
        if (names.IsEmpty)
        {
            ImmutableArray<string>.Builder found = ImmutableArray.CreateBuilder<string>();
            foreach (int column in _columns)
            {
                found.Add(column < _rows.Names.Count ? _rows.Names[column] : $"v{found.Count}");
            }

            foreach (HeldRows join in _joins)
            {
                found.AddRange(join.Names);
            }

            names = found.ToImmutable();
        }

        return names.Length == _values.Length ? names : throw ImportFault.Map(
            $"stream '{_stream.Name}'", $"it names {names.Length} elements but its rows give {_values.Length}");
    }

    private ImmutableArray<string> ElementUnits()
    {
        ImmutableArray<string> units = _stream.Units;
        if (units.Length == _values.Length)
        {
            return units;
        }

        string one = units.Length switch
        {
            0 => "1",
            1 => units[0],
            _ => throw ImportFault.Map(
                $"stream '{_stream.Name}'", $"it gives {units.Length} units for {_values.Length} elements"),
        };
        ImmutableArray<string>.Builder all = ImmutableArray.CreateBuilder<string>(_values.Length);
        for (int i = 0; i < _values.Length; i++)
        {
            all.Add(one);
        }

        return all.MoveToImmutable();
    }
}
