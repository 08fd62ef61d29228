using System.Collections.Immutable;
using EdgeFusion.Sensing.Channels;
using EdgeFusion.Sensing.Framing;
using EdgeFusion.Time;

namespace EdgeFusion.Sensing.Devices;

/// <summary>
/// What is particular about a device that streams over bytes: its frames, what is written to it, and what a frame
/// means. Threads, restart and clocks are not its business.
/// </summary>
/// <remarks><b>Threading.</b> One thread at a time. <see cref="Decode"/> is on the hot path.</remarks>
internal abstract class StreamProtocol
{
    /// <summary>The device's name for messages: "a Robotiq FT 300".</summary>
    public abstract string Device { get; }

    /// <summary>The sensors that the stream feeds.</summary>
    public abstract ImmutableArray<StreamOutput> Outputs { get; }

    /// <summary>Rate of the device's own counter in Hz; 0 = it has none and its frames are counted.</summary>
    public virtual double TicksPerSecond => 0;

    /// <summary>How far the counter's rate, or without one the frame rate, may be off.</summary>
    public virtual double LargestDriftPpm => TicksPerSecond > 0 ? DeviceClock.QuartzDriftPpm : 30_000;

    /// <summary>Bytes of a usual frame: their time on the line lies between capture and arrival.</summary>
    public abstract int FrameBytes { get; }

    /// <summary>How long no good frame may come before the line is given up.</summary>
    public virtual TimeSpan Patience => TimeSpan.FromSeconds(1);

    /// <summary>What else to look at when nothing or only noise comes: "it needs 24 V".</summary>
    public virtual string Advice => "Check cable and power";

    public abstract StreamScanner CreateScanner(FrameCounters counters);

    /// <summary>Brings the device to stream; called once after each opening.</summary>
    public virtual void Start(StreamLink link)
    {
    }

    /// <summary>Nothing has come for a while; called again and again, each time with the whole silence.</summary>
    public virtual void OnSilence(IByteChannel channel, TimeSpan silence)
    {
    }

    /// <summary>Leaves the device as it should be left; the line may be gone already.</summary>
    public virtual void Stop(IByteChannel channel)
    {
    }

    /// <summary>Reads one whole frame.</summary>
    /// <exception cref="SensorException">The stream is of no use and must be opened again.</exception>
    public abstract FrameVerdict Decode(ReadOnlySpan<byte> frame, StreamReading reading);
}
