namespace EdgeFusion.Worker.Subscribing;

/// <summary>The predictions of one topic and one run, as a subscriber has seen them.</summary>
internal sealed class PredictionStream(string topic, long epoch, long first)
{
    private readonly SequenceSet _settled = new();
    private readonly SequenceSet _received = new();
    private readonly SequenceSet _declared = new();
    private readonly SequenceSet _replayed = new();
    private readonly SequenceSet _gone = new();
    private readonly PublicationChain _chain = new();
    private long _first = first;
    private long _last = first - 1;

    public string Topic => topic;

    public long Epoch => epoch;

    public long Received => _received.Count;

    public long Declared => _declared.Count;

    /// <summary>Came twice by themselves.</summary>
    public long Redelivered { get; private set; }

    /// <summary>Came by themselves after a replay had brought them.</summary>
    public long Overtaken { get; private set; }

    public long Recovered { get; private set; }

    /// <summary>Declared as lost, but received, or at odds with its neighbour: somebody counts wrongly.</summary>
    public long Unexpected { get; private set; }

    /// <summary>Windows kept back by the head's policy, as the messages received say.</summary>
    public long Suppressed { get; private set; }

    /// <summary>When the oldest gap was seen; null where there is none.</summary>
    public long? GapSince { get; private set; }

    /// <summary>When it was last asked for.</summary>
    public long AskedAt { get; set; } = long.MinValue;

    /// <summary>How often it was asked for without an answer.</summary>
    public int Tries { get; set; }

    /// <summary>Notes a prediction.</summary>
    /// <returns>Whether it is new.</returns>
    public bool Take(long seq, bool replayed, long now, Publication? publication = null)
    {
        if (!_received.Add(seq))
        {
            // A replay may well bring what had come already.
            bool overtaken = !replayed && _replayed.Contains(seq);
            Overtaken += overtaken ? 1 : 0;
            Redelivered += replayed || overtaken ? 0 : 1;
            return false;
        }

        Unexpected += _declared.Contains(seq) ? 1 : 0;
        if (publication is { } said)
        {
            Suppressed += said.Suppressed;
            Unexpected += _chain.Contradictions(seq, said);
        }

        if (replayed)
        {
            // Asking works: only requests in a row that bring nothing count against it.
            Recovered++;
            Tries = 0;
            _replayed.Add(seq);
        }

        _settled.Add(seq);
        _first = Math.Min(_first, seq);
        Announce(seq, now);
        return true;
    }

    /// <summary>The run has come to this number.</summary>
    public void Announce(long seq, long now)
    {
        _last = Math.Max(_last, seq);
        Look(now);
    }

    /// <summary>The node says that these will never come.</summary>
    public void Declare(long from, long to, long now)
    {
        long begin = Math.Max(from, _first);
        foreach ((long first, long last) in _declared.Missing(begin, to).ToArray())
        {
            _declared.Add(first, last);
            _settled.Add(first, last);
        }

        _last = Math.Max(_last, to);
        Look(now);
    }

    /// <summary>The node has not got these any more; what came by another way did come.</summary>
    public void DeclareMissing(long from, long to, long now)
    {
        foreach ((long first, long last) in _settled.Missing(from, to).ToArray())
        {
            Declare(first, last, now);
        }
    }

    /// <summary>The node has nothing of a range any more: asking again is useless.</summary>
    public void GiveUp(long from, long to) => _gone.Add(from, to);

    /// <summary>What is missing and may still be had.</summary>
    public IEnumerable<(long From, long To)> Wanted() =>
        Missing().SelectMany(range => _gone.Missing(range.From, range.To));

    /// <summary>What is missing.</summary>
    public IEnumerable<(long From, long To)> Missing() => _settled.Missing(_first, _last);

    /// <summary>How many are missing.</summary>
    public long Lost => Missing().Sum(range => range.To - range.From + 1);

    /// <summary>How many numbers below a limit have not come.</summary>
    public long Absent(long limit) => _received.Missing(0, limit - 1).Sum(range => range.To - range.From + 1);

    private void Look(long now) => GapSince = _settled.Count == _last - _first + 1 ? null : GapSince ?? now;
}
