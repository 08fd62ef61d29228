namespace EdgeFusion.Worker.Subscribing;

/// <summary>A set of numbers that come nearly in order, as ranges.</summary>
internal sealed class SequenceSet
{
    private readonly List<(long From, long To)> _ranges = [];

    /// <summary>How many numbers.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a number.</summary>
    /// <returns>Whether it is new.</returns>
    public bool Add(long number)
    {
        int i = _ranges.Count - 1;
        while (i >= 0 && _ranges[i].From > number)
        {
            i--;
        }

        if (i >= 0 && _ranges[i].To >= number)
        {
            return false;
        }

        Count++;
        bool joinsBefore = i >= 0 && _ranges[i].To == number - 1;
        bool joinsAfter = i + 1 < _ranges.Count && _ranges[i + 1].From == number + 1;
        if (joinsBefore && joinsAfter)
        {
            _ranges[i] = (_ranges[i].From, _ranges[i + 1].To);
            _ranges.RemoveAt(i + 1);
        }
        else if (joinsBefore)
        {
            _ranges[i] = (_ranges[i].From, number);
        }
        else if (joinsAfter)
        {
            _ranges[i + 1] = (number, _ranges[i + 1].To);
        }
        else
        {
            _ranges.Insert(i + 1, (number, number));
        }

        return true;
    }

    /// <summary>Adds a range.</summary>
    public void Add(long from, long to)
    {
        for (long number = from; number <= to; number++)
        {
            Add(number);
        }
    }

    public bool Contains(long number) => _ranges.Exists(range => range.From <= number && number <= range.To);

    /// <summary>The numbers of a range that are in neither set, as ranges.</summary>
    public IEnumerable<(long From, long To)> Missing(long from, long to)
    {
        long next = from;
        foreach ((long begin, long end) in _ranges)
        {
            if (begin > to)
            {
                break;
            }

            if (begin > next)
            {
                yield return (next, begin - 1);
            }

            next = Math.Max(next, end + 1);
        }

        if (next <= to)
        {
            yield return (next, to);
        }
    }
}
