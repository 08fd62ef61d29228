using EdgeFusion.Buffering;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Recording;

/// <summary>What a recorder keeps per sensor: its place in the ring, and what is lost since the last sample.</summary>
internal sealed class RecorderSensor(SensorRing ring, int channel)
{
    private long _lostBefore;
    private bool _isFaultReported;

    public RingReader Reader { get; } = new(ring);

    /// <summary>Its number in the output.</summary>
    public int Channel { get; } = channel;

    /// <summary>Its topic in the recording.</summary>
    public string Topic { get; } = ChannelLayout.Topic(ring.Info.Name);

    /// <summary>Whether its samples are pictures.</summary>
    public bool HasFrames { get; } = ring.Info.Layout is FrameLayout;

    /// <summary>Why its last sample could not be made into a message; null where it could.</summary>
    public string? Fault { get; set; }

    /// <summary>Samples that could not be written since the last one that was.</summary>
    public long Refused { get; set; }

    /// <summary>Capture of the last sample written; null before the first.</summary>
    public Timestamp? Last { get; set; }

    /// <summary>Samples lost since the last one written, overwritten in the ring or refused by the output.</summary>
    public long Missing => Refused + Reader.Lost - _lostBefore;

    /// <summary>Whether the ring lapped the recorder in this gap.</summary>
    public bool Lapped => Reader.Lost > _lostBefore;

    /// <summary>Whether a fault began or ended since the last call.</summary>
    public bool TryTakeChange(out string? fault)
    {
        fault = Fault;
        bool changed = fault is not null != _isFaultReported;
        _isFaultReported = fault is not null;
        return changed;
    }

    /// <summary>The gap is told.</summary>
    public void Told()
    {
        _lostBefore = Reader.Lost;
        Refused = 0;
    }
}
