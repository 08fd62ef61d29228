namespace EdgeFusion.Sensing.Framing;

/// <summary>
/// Cuts text into lines at line feeds; a carriage return before one is dropped, empty lines are passed over. A line
/// longer than the limit is thrown away up to its end and counted.
/// </summary>
public sealed class LineScanner : StreamScanner
{
    private const byte LineFeed = (byte)'\n';
    private const byte CarriageReturn = (byte)'\r';

    private readonly int _longestLine;
    private int _searched;
    private bool _discarding;

    /// <summary>Creates a scanner.</summary>
    /// <param name="longestLine">Most bytes of a line, its end not counted.</param>
    /// <param name="counters">Counted here.</param>
    public LineScanner(int longestLine, FrameCounters counters)
        : base(longestLine, counters) => _longestLine = longestLine;

    /// <inheritdoc/>
    public override bool TryRead(out ReadOnlySpan<byte> frame)
    {
        while (true)
        {
            ReadOnlySpan<byte> window = Window;
            int end = window[_searched..].IndexOf(LineFeed);
            if (end < 0)
            {
                frame = default;
                KeepBounded(window.Length);
                return false;
            }

            end += _searched;
            _searched = 0;
            ReadOnlySpan<byte> line = window[..end];
            if (_discarding)
            {
                _discarding = false;
                Skip(end + 1);
                continue;
            }

            if (line.EndsWith([CarriageReturn]))
            {
                line = line[..^1];
            }

            if (line.Length > _longestLine)
            {
                Counters.CountOverrun();
                Skip(end + 1);
                continue;
            }

            Consume(end + 1);
            if (line.IsEmpty)
            {
                continue;
            }

            Counters.CountFrame();
            frame = line;
            return true;
        }
    }

    /// <inheritdoc/>
    public override bool GiveUpWaiting() => false;

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        _searched = 0;

        // Whoever opens a line comes in the middle of one.
        _discarding = true;
    }

    private void KeepBounded(int waiting)
    {
        _searched = waiting;

        // One more byte than a line may be the carriage return before its end.
        if (_discarding || waiting > _longestLine + 1)
        {
            if (!_discarding)
            {
                Counters.CountOverrun();
                _discarding = true;
            }

            Skip(waiting);
            _searched = 0;
        }
    }
}
