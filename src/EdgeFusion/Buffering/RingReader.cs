using EdgeFusion.Sensing;

namespace EdgeFusion.Buffering;

/// <summary>What a reader found.</summary>
public enum RingRead
{
    /// <summary>One sample was copied.</summary>
    Read,

    /// <summary>Nothing new.</summary>
    Empty,

    /// <summary>The writer has lapped the reader: <see cref="RingReader.Lost"/> grew, the cursor moved on.</summary>
    Overrun,
}

/// <summary>One reader's place in a ring: takes each sample once, in order, and notices what it has missed.</summary>
/// <remarks><b>Threading.</b> One thread. Never throws, never waits, allocates nothing.</remarks>
public sealed class RingReader
{
    private readonly SensorRing _ring;

    /// <summary>Starts at the next sample to be published.</summary>
    public RingReader(SensorRing ring)
    {
        ArgumentNullException.ThrowIfNull(ring);
        _ring = ring;
        Next = ring.Published;
    }

    /// <summary>Sequence of the sample to be read next.</summary>
    public long Next { get; private set; }

    /// <summary>Samples overwritten before this reader came to them.</summary>
    public long Lost { get; private set; }

    /// <summary>Copies the next sample.</summary>
    /// <param name="header">Its header.</param>
    /// <param name="payload">At least a slot long; receives the payload.</param>
    public RingRead TryRead(out SampleHeader header, Span<byte> payload)
    {
        header = default;
        if (Next >= _ring.Published)
        {
            return RingRead.Empty;
        }

        if (_ring.IsIntact(Next))
        {
            header = _ring.Header(Next);
            _ring.Payload(Next).CopyTo(payload);
            if (_ring.IsIntact(Next))
            {
                Next++;
                return RingRead.Read;
            }
        }

        // Skip an eighth beyond the oldest, so that the writer does not catch up with the reader at once again.
        long resume = Math.Min(_ring.Oldest + (_ring.Capacity / 8), _ring.Published);
        resume = Math.Max(resume, Next + 1);
        Lost += resume - Next;
        Next = resume;
        return RingRead.Overrun;
    }
}
