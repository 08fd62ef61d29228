namespace EdgeFusion.Sensing.Framing;

/// <summary>
/// Cuts a stream of bytes into frames or lines. Bytes are read straight into <see cref="Free"/>; what is handed out is
/// a view of the same buffer.
/// </summary>
/// <remarks>
/// <para>Invariants (tested with random damage): never throws on content; memory fixed at construction; each call
/// consumes at least one byte or says that it needs more; after garbage the next whole frame is found.</para>
/// <para><b>Threading.</b> One thread. Hot path: allocates nothing after construction.</para>
/// </remarks>
public abstract class StreamScanner
{
    /// <summary>Bytes that one read may bring: 16 ms of 1 kHz frames, with room.</summary>
    private const int ReadBytes = 4_096;

    private readonly byte[] _buffer;
    private int _start;
    private int _end;

    private protected StreamScanner(int longestFrame, FrameCounters counters)
    {
        ArgumentNullException.ThrowIfNull(counters);
        Counters = counters;

        // A whole frame may wait for its follower, and a read must fit behind it.
        _buffer = new byte[(2 * longestFrame) + ReadBytes];
    }

    /// <summary>What came of the bytes so far.</summary>
    public FrameCounters Counters { get; }

    /// <summary>Bytes that wait for more.</summary>
    public int Waiting => _end - _start;

    private protected ReadOnlySpan<byte> Window => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Where the next bytes go; never empty after <see cref="TryRead"/> has said no.</summary>
    public Span<byte> Free()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        return _buffer.AsSpan(_end);
    }

    /// <summary>Says how many bytes were put there.</summary>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _buffer.Length - _end);
        _end += count;
    }

    /// <summary>Takes bytes from elsewhere, as many as fit.</summary>
    /// <returns>How many were taken.</returns>
    public int Append(ReadOnlySpan<byte> bytes)
    {
        Span<byte> free = Free();
        int count = Math.Min(free.Length, bytes.Length);
        bytes[..count].CopyTo(free);
        _end += count;
        return count;
    }

    /// <summary>The next frame.</summary>
    /// <param name="frame">The whole frame, checked; valid until the next call on this scanner.</param>
    /// <returns>False where more bytes are needed.</returns>
    public abstract bool TryRead(out ReadOnlySpan<byte> frame);

    /// <summary>
    /// The line has been silent for longer than a frame may pause: what waits is no frame's beginning. Its first byte
    /// is given up; call <see cref="TryRead"/> again.
    /// </summary>
    /// <returns>Whether there was anything.</returns>
    public virtual bool GiveUpWaiting()
    {
        if (Waiting == 0)
        {
            return false;
        }

        Skip(1);
        return true;
    }

    /// <summary>Forgets what waits, after a line was opened again.</summary>
    public virtual void Reset()
    {
        _start = 0;
        _end = 0;
    }

    private protected void Consume(int count) => _start += count;

    private protected virtual void Skip(int count)
    {
        _start += count;
        Counters.CountSkipped(count);
    }
}
