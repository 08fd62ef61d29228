using EdgeFusion.Time;

namespace EdgeFusion.Linux.Media;

/// <summary>
/// What to add to GStreamer's clock to get the pipeline's timeline. Both run with the system's monotonic clock, so the
/// difference only has to be read without a pause between the two readings; it is read again now and then, for clocks
/// of tests and after a suspend.
/// </summary>
internal sealed class ClockOffset
{
    private const int Attempts = 5;
    private const long RefreshNanoseconds = 10 * Timestamp.NanosecondsPerSecond;

    private readonly PipelineClock _clock;
    private readonly MediaPipeline _pipeline;
    private long _offset;
    private Timestamp _readAt;

    public ClockOffset(PipelineClock clock, MediaPipeline pipeline)
    {
        _clock = clock;
        _pipeline = pipeline;
        Read();
    }

    /// <summary>The instant of a reading of GStreamer's clock.</summary>
    public Timestamp ToPipeline(ulong clockTime, Timestamp now)
    {
        if (now.NanosecondsSince(_readAt) > RefreshNanoseconds)
        {
            Read();
        }

        return new Timestamp(unchecked((long)clockTime + _offset));
    }

    private void Read()
    {
        long tightest = long.MaxValue;
        for (int i = 0; i < Attempts; i++)
        {
            Timestamp before = _clock.Now;
            long there = (long)_pipeline.ClockTime;
            Timestamp after = _clock.Now;
            long span = after.NanosecondsSince(before);
            if (span < tightest)
            {
                tightest = span;
                _offset = before.Nanoseconds + (span / 2) - there;
            }

            _readAt = after;
        }
    }
}
