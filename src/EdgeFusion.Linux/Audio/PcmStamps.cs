using System.Diagnostics;
using EdgeFusion.Time;

namespace EdgeFusion.Linux.Audio;

/// <summary>Capture times of PCM frames from the driver's stamps. Hot path: allocates nothing.</summary>
internal sealed class PcmStamps
{
    private const double NanosecondsPerSecond = Timestamp.NanosecondsPerSecond;

    private readonly double _rateHz;
    private readonly PipelineClock _clock;
    private readonly Func<long> _monotonic;
    private DeviceClock _device;
    private long _frames;
    private long _observedAt;
    private Timestamp _observed;

    /// <param name="rateHz">Frames per second.</param>
    /// <param name="clock">The pipeline's clock.</param>
    /// <param name="monotonic">CLOCK_MONOTONIC in ns; null = the system's.</param>
    public PcmStamps(double rateHz, PipelineClock clock, Func<long>? monotonic = null)
    {
        _rateHz = rateHz;
        _clock = clock;
        _monotonic = monotonic ?? SystemMonotonic;
        _device = new DeviceClock(rateHz);
    }

    /// <summary>Forgets the estimate: frames were lost, so the count no longer tells the time.</summary>
    public void Restart()
    {
        _device = new DeviceClock(_rateHz);
        _frames = 0;
    }

    /// <summary>Takes the driver's word that a number of frames lay ready at an instant.</summary>
    /// <param name="available">Frames ready, the oldest being the next to be taken.</param>
    /// <param name="stampNanoseconds">Monotonic time; 0 or in the future = not known.</param>
    public void Observe(int available, long stampNanoseconds)
    {
        Timestamp now = _clock.Now;
        long age = stampNanoseconds > 0 ? _monotonic() - stampNanoseconds : 0;

        // A plugin may deliver a stamp of another clock; a real one is never more than a buffer old.
        bool isUsable = age is >= 0 and < Timestamp.NanosecondsPerSecond;
        _observedAt = _frames + available;
        _observed = _device.Map(_observedAt, isUsable ? now.AddNanoseconds(-age) : now);
    }

    /// <summary>The capture time of the next block's first frame.</summary>
    /// <param name="frames">Frames of the block.</param>
    public Timestamp Take(int frames)
    {
        long back = (long)Math.Round((_observedAt - _frames) * NanosecondsPerSecond / _rateHz);
        _frames += frames;
        return _observed.AddNanoseconds(-back);
    }

    private static long SystemMonotonic() =>
        (long)((Int128)Stopwatch.GetTimestamp() * Timestamp.NanosecondsPerSecond / Stopwatch.Frequency);
}
