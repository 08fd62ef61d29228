using EdgeFusion.Linux.Interop.GStreamer;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Linux.Media;

/// <summary>Puts one buffer into ring slots: a frame into one, audio into one or more.</summary>
internal unsafe interface IMediaSlots
{
    /// <summary>Buffers left out because the source is faster than wanted; read from any thread.</summary>
    long Skipped { get; }

    /// <summary>Samples beyond the first of each buffer, known before any is delivered; from any thread.</summary>
    long SplitOff { get; }

    /// <summary>Samples left out because the capture was stopped meanwhile; read from any thread.</summary>
    long Abandoned { get; }

    /// <summary>Takes the format that follows.</summary>
    /// <returns>Why it cannot be used; null where it can.</returns>
    string? Configure(nint caps);

    /// <summary>Duration of a buffer of so many bytes, in nanoseconds; 0 for a frame.</summary>
    long Duration(nuint bytes);

    /// <summary>Copies and commits.</summary>
    /// <param name="buffer">The GstBuffer.</param>
    /// <param name="map">Its memory.</param>
    /// <param name="capture">Capture time of its beginning.</param>
    /// <param name="flags">Flags of its first sample.</param>
    /// <param name="sink">Where it goes.</param>
    /// <param name="pace">Called before each commit where the source has no pace of its own.</param>
    /// <returns>False where the buffer does not hold what its format promises.</returns>
    bool TryDeliver(
        nint buffer, in GstMapInfo map, Timestamp capture, SampleFlags flags, SampleSink sink, in MediaPace pace);
}

/// <summary>Waits until a sample would have come had the source been live; nothing for a live one.</summary>
internal readonly struct MediaPace(PipelineClock clock, bool isLive, CancellationToken stopping)
{
    /// <returns>False when stopped.</returns>
    public bool Wait(Timestamp instant) => isLive || clock.WaitUntil(instant, stopping);
}
