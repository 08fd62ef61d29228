using EdgeFusion.Time;

namespace EdgeFusion.Sensing.Ros;

/// <summary>Capture times of messages. Hot path: allocates nothing.</summary>
internal sealed class RosStamper(SensorInfo info, RosClock clock, PipelineClock pipeline)
{
    private readonly DeviceClock _device = new(Timestamp.NanosecondsPerSecond);
    private Timestamp _latest = Timestamp.MinValue;

    /// <summary>The capture time of a message.</summary>
    /// <param name="sample">The decoded message.</param>
    /// <param name="logTime">When the bridge got it, by the bridge's clock; 0 = not known.</param>
    /// <param name="arrival">When we got it.</param>
    public Timestamp Capture(in RosSample sample, Timestamp logTime, Timestamp arrival)
    {
        long duration = Duration(sample.Length);
        Timestamp stamp = sample.Stamp.Nanoseconds != 0 ? sample.Stamp : logTime;
        if (clock == RosClock.Arrival || stamp.Nanoseconds == 0)
        {
            return arrival.AddNanoseconds(-duration);
        }

        if (clock == RosClock.Stamp)
        {
            Timestamp capture = stamp.AddNanoseconds(-pipeline.WallOffsetNanoseconds);
            return capture < arrival ? capture : arrival;
        }

        // A stamp that is the bridge's, not the device's, tells the end of a block.
        long known = sample.Stamp.Nanoseconds != 0 ? duration : 0;
        Timestamp mapped = _device.Map(stamp.Nanoseconds, arrival, known);
        return sample.Stamp.Nanoseconds != 0 ? mapped : mapped.AddNanoseconds(-duration);
    }

    /// <summary>Whether a message is the one before again: bridges repeat the last one to a new subscriber.</summary>
    public bool IsRepeated(Timestamp stamp)
    {
        bool isRepeated = stamp.Nanoseconds != 0 && stamp == _latest;
        _latest = stamp;
        return isRepeated;
    }

    private long Duration(int bytes) => info.Layout is AudioLayout audio
        ? (long)Math.Round(bytes / audio.FrameBytes * (double)Timestamp.NanosecondsPerSecond / info.RateHz)
        : 0;
}
