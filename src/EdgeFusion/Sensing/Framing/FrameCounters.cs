namespace EdgeFusion.Sensing.Framing;

/// <summary>What a scanner has made of the bytes; every byte is in a frame, skipped, or still waits.</summary>
/// <remarks><b>Threading.</b> One writer; any reader. They only grow, over all openings of the device.</remarks>
public sealed class FrameCounters
{
    private long _framesOk;
    private long _crcBad;
    private long _resyncBytes;
    private long _overrun;
    private long _other;
    private long _damaged;

    /// <summary>Whole frames (text: lines) handed out.</summary>
    public long FramesOk => Volatile.Read(ref _framesOk);

    /// <summary>Candidates whose checksum, trailer or follower was wrong.</summary>
    public long CrcBad => Volatile.Read(ref _crcBad);

    /// <summary>Bytes skipped in search of a frame.</summary>
    public long ResyncBytes => Volatile.Read(ref _resyncBytes);

    /// <summary>Candidates that claimed more bytes than a frame may have; text: lines that were too long.</summary>
    public long Overrun => Volatile.Read(ref _overrun);

    /// <summary>Whole frames that were no measurements: answers, messages, another's traffic.</summary>
    public long Other => Volatile.Read(ref _other);

    /// <summary>Whole frames whose content was not what it should be; counted in <see cref="CrcBad"/> too.</summary>
    public long Damaged => Volatile.Read(ref _damaged);

    internal void CountFrame() => Volatile.Write(ref _framesOk, _framesOk + 1);

    internal void CountBad() => Volatile.Write(ref _crcBad, _crcBad + 1);

    internal void CountOther() => Volatile.Write(ref _other, _other + 1);

    internal void CountDamaged()
    {
        CountBad();
        Volatile.Write(ref _damaged, _damaged + 1);
    }

    internal void CountSkipped(int bytes) => Volatile.Write(ref _resyncBytes, _resyncBytes + bytes);

    internal void CountOverrun() => Volatile.Write(ref _overrun, _overrun + 1);
}
