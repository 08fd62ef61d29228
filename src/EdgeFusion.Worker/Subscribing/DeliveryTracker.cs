namespace EdgeFusion.Worker.Subscribing;

/// <summary>Keeps account of predictions by topic and run.</summary>
/// <remarks><b>Threading.</b> Any thread; times are milliseconds of one monotonic clock.</remarks>
internal sealed class DeliveryTracker(bool fromStart)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Topic, long Epoch), PredictionStream> _streams = [];
    private readonly HashSet<long> _begun = [];
    private long _unreadable;

    public DeliveryReport Report
    {
        get
        {
            lock (_gate)
            {
                var report = new DeliveryReport(0, 0, 0, 0, 0, 0, _unreadable);
                foreach (PredictionStream stream in _streams.Values)
                {
                    report = new DeliveryReport(
                        report.Received + stream.Received, report.Redelivered + stream.Redelivered,
                        report.Overtaken + stream.Overtaken, report.Recovered + stream.Recovered,
                        report.Declared + stream.Declared, report.Lost + stream.Lost,
                        report.Unexpected + stream.Unexpected)
                    {
                        Suppressed = report.Suppressed + stream.Suppressed,
                    };
                }

                return report;
            }
        }
    }

    /// <summary>A run begins before our eyes: its first number is 0.</summary>
    public void Begin(long epoch)
    {
        lock (_gate)
        {
            _begun.Add(epoch);
        }
    }

    /// <summary>A prediction has come.</summary>
    /// <returns>Whether it is new.</returns>
    public bool Take(
        string topic, long epoch, long seq, bool replayed, long now, Publication? publication = null)
    {
        lock (_gate)
        {
            return Stream(topic, epoch, seq).Take(seq, replayed, now, publication);
        }
    }

    /// <summary>Something that claims to be a prediction and is none.</summary>
    public void CountUnreadable()
    {
        lock (_gate)
        {
            _unreadable++;
        }
    }

    /// <summary>A heartbeat says how far a head has come in a run.</summary>
    public void Announce(string topic, long epoch, long seq, long now)
    {
        lock (_gate)
        {
            if (fromStart || _begun.Contains(epoch) || _streams.ContainsKey((topic, epoch)))
            {
                Stream(topic, epoch, seq).Announce(seq, now);
            }
        }
    }

    /// <summary>The node says how far an earlier run had come, and from where on it still has it.</summary>
    public void AnnounceRun(string topic, long epoch, long from, long to, long now)
    {
        lock (_gate)
        {
            if (!fromStart && !_begun.Contains(epoch) && !_streams.ContainsKey((topic, epoch)))
            {
                return;
            }

            if (!_streams.TryGetValue((topic, epoch), out PredictionStream? stream))
            {
                // What the node no longer had when we came is not ours to miss.
                stream = new PredictionStream(topic, epoch, _begun.Contains(epoch) ? 0 : from);
                _streams.Add((topic, epoch), stream);
            }

            stream.Announce(to, now);
        }
    }

    /// <summary>The node has answered that it has nothing of a range any more.</summary>
    public void GiveUp(PredictionStream stream, long from, long to)
    {
        lock (_gate)
        {
            stream.GiveUp(from, to);
        }
    }

    /// <summary>The node has answered that it has not got some ranges any more: lost, but not without a word.</summary>
    public void DeclareGone(PredictionStream stream, IReadOnlyList<(long From, long To)> ranges, long now)
    {
        lock (_gate)
        {
            foreach ((long from, long to) in ranges)
            {
                stream.DeclareMissing(from, to, now);
            }
        }
    }

    /// <summary>The node gives up a range.</summary>
    public void Declare(string topic, long epoch, long from, long to, long now)
    {
        lock (_gate)
        {
            if (fromStart || _begun.Contains(epoch) || _streams.ContainsKey((topic, epoch)))
            {
                Stream(topic, epoch, from).Declare(from, to, now);
            }
        }
    }

    /// <summary>Ranges that have been missing for a while and are due to be asked for.</summary>
    public List<(PredictionStream Stream, long From, long To)> Due(long now, long patience, long pause, int maxTries)
    {
        lock (_gate)
        {
            var due = new List<(PredictionStream, long, long)>();
            foreach (PredictionStream stream in _streams.Values)
            {
                if (stream.GapSince is { } since && now - since >= patience && stream.Tries < maxTries
                    && (stream.AskedAt == long.MinValue || now - stream.AskedAt >= pause))
                {
                    (long from, long to) = stream.Wanted().FirstOrDefault((0, -1));
                    if (to >= from)
                    {
                        stream.AskedAt = now;
                        stream.Tries++;
                        due.Add((stream, from, to));
                    }
                }
            }

            return due;
        }
    }

    /// <summary>Whether a certain prediction has come.</summary>
    public bool Has(string topic, long epoch, long from, long to)
    {
        lock (_gate)
        {
            return _streams.TryGetValue((topic, epoch), out PredictionStream? stream)
                && !stream.Missing().Any(range => range.From <= to && range.To >= from)
                && stream.Received >= to - from + 1;
        }
    }

    /// <summary>How many of a run's first predictions have not come.</summary>
    public long Lost(string topic, long epoch, long published)
    {
        lock (_gate)
        {
            return _streams.TryGetValue((topic, epoch), out PredictionStream? stream)
                ? stream.Absent(published)
                : published;
        }
    }

    private PredictionStream Stream(string topic, long epoch, long seq)
    {
        if (!_streams.TryGetValue((topic, epoch), out PredictionStream? stream))
        {
            stream = new PredictionStream(topic, epoch, fromStart || _begun.Contains(epoch) ? 0 : seq);
            _streams.Add((topic, epoch), stream);
        }

        return stream;
    }
}
