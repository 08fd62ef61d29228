using EdgeFusion.Time;

namespace EdgeFusion.Recording.Import;

/// <summary>Writes segments one after another, the samples of all streams merged by time.</summary>
internal sealed class SegmentWriter
{
    /// <summary>Samples between two looks at the cancellation token.</summary>
    private const int SamplesPerCheck = 4096;

    private readonly ImportMap _map;
    private readonly RowSources _sources;
    private readonly RecordingWriter _writer;
    private readonly LabelSink _labels;
    private readonly List<SegmentCursor> _cursors = [];
    private readonly List<bool> _isOpen = [];
    private Timestamp _start;
    private Timestamp _logTime;

    public SegmentWriter(ImportMap map, RowSources sources, RecordingWriter writer)
    {
        _map = map;
        _sources = sources;
        _writer = writer;
        _labels = new LabelSink(writer, map);
        _start = new Timestamp(map.OriginNanoseconds);
        _logTime = _start;
        End = _start;
    }

    /// <summary>The channels in the order of the map; empty before the first segment.</summary>
    public List<ImportChannel> Channels { get; } = [];

    public long Labels => _labels.Count;

    /// <summary>Samples written so far.</summary>
    public long Samples { get; private set; }

    /// <summary>End of the last segment.</summary>
    public Timestamp End { get; private set; }

    /// <summary>Writes the next segment.</summary>
    public void Write(Segment segment, CancellationToken stopping)
    {
        try
        {
            Open(segment);
            long shift = _start.Nanoseconds - (_map.IsAbsolute ? FirstTime() : 0);
            Timestamp end = WriteSamples(segment, shift, stopping);
            if (_map.LengthNanoseconds > 0)
            {
                end = _start.AddNanoseconds(_map.LengthNanoseconds);
            }

            _labels.Write(segment, _start, end, shift);
            End = end;
            _start = NextStart(end);
        }
        finally
        {
            Close();
        }
    }

    private void Open(Segment segment)
    {
        foreach (MapStream stream in _map.Streams)
        {
            SegmentCursor cursor = SegmentCursor.Open(stream, _sources, segment);
            _cursors.Add(cursor);
            if (Channels.Count < _cursors.Count)
            {
                Channels.Add(new ImportChannel(_writer, cursor.Info, cursor.IsCompressed, _start));
            }

            if (cursor.Info != Channels[_cursors.Count - 1].Info)
            {
                throw ImportFault.Data(
                    $"stream '{stream.Name}' of segment {segment}",
                    "its columns, size or format differ from the first segment's", "Import such segments apart.");
            }

            _isOpen.Add(cursor.MoveNext());
        }
    }

    private void Close()
    {
        for (int i = 0; i < _cursors.Count; i++)
        {
            if (i < Channels.Count)
            {
                Channels[i].Skipped += _cursors[i].Skipped;
            }

            _cursors[i].Dispose();
        }

        _cursors.Clear();
        _isOpen.Clear();
    }

    private long FirstTime()
    {
        int first = Earliest();
        return first < 0 ? 0 : _cursors[first].Nanoseconds;
    }

    private Timestamp WriteSamples(Segment segment, long shift, CancellationToken stopping)
    {
        Timestamp end = _start;
        for (int next = Earliest(); next >= 0; next = Earliest())
        {
            SegmentCursor cursor = _cursors[next];
            ImportChannel channel = Channels[next];
            long relative = checked(cursor.Nanoseconds + shift) - _start.Nanoseconds;
            if (relative < 0 || (_map.LengthNanoseconds > 0 && relative >= _map.LengthNanoseconds))
            {
                channel.Skipped++;
            }
            else
            {
                CheckLength(segment, relative);
                Timestamp capture = _start.AddNanoseconds(relative);
                _logTime = capture > _logTime ? capture : _logTime;
                channel.Write(capture, _logTime, cursor.Payload);
                Timestamp until = capture.AddNanoseconds(channel.Info.PeriodNanoseconds);
                end = until > end ? until : end;
                Samples++;
            }

            _isOpen[next] = cursor.MoveNext();
            if (Samples % SamplesPerCheck == 0)
            {
                stopping.ThrowIfCancellationRequested();
            }
        }

        return end;
    }

    /// <summary>The stream whose sample comes next; of several the first in the map. -1 after the last.</summary>
    private int Earliest()
    {
        int earliest = -1;
        for (int i = 0; i < _cursors.Count; i++)
        {
            if (_isOpen[i] && (earliest < 0 || _cursors[i].Nanoseconds < _cursors[earliest].Nanoseconds))
            {
                earliest = i;
            }
        }

        return earliest;
    }

    // Two stamps that lie years apart in one segment are damage, and would make a recording nobody can play.
    private static void CheckLength(Segment segment, long relative)
    {
        const long Longest = 31L * 24 * 3600 * Timestamp.NanosecondsPerSecond;
        if (relative > Longest)
        {
            throw ImportFault.Data(
                $"segment {segment}", "its times span more than a month",
                "Check the time column, its unit and the clock.");
        }
    }

    private Timestamp NextStart(Timestamp end)
    {
        long after = end.Nanoseconds + _map.GapNanoseconds - _map.OriginNanoseconds;
        long steps = (after + _map.AlignNanoseconds - 1) / _map.AlignNanoseconds;
        return new Timestamp(_map.OriginNanoseconds + (steps * _map.AlignNanoseconds));
    }
}
