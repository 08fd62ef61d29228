namespace EdgeFusion.Recording;

/// <summary>Port: compresses the frames of one camera into an H.264 video for recordings.</summary>
/// <remarks>
/// Each frame becomes one access unit of annex B at once: no frame refers to a later one. Every key frame carries its
/// parameter sets, so that reading can begin at each. <b>Threading.</b> One thread at a time. Allocates nothing managed
/// per frame.
/// </remarks>
public interface IVideoEncoder : IDisposable
{
    /// <summary>Frames from one key frame to the next.</summary>
    int KeyFrames { get; }

    /// <summary>Compresses the next frame.</summary>
    /// <param name="pixels">One frame, as the camera's layout says.</param>
    /// <returns>Its access unit; valid until the next call.</returns>
    /// <exception cref="RecordingException">The encoder failed, or does not answer; the next frame begins anew.
    /// </exception>
    ReadOnlySpan<byte> Encode(ReadOnlySpan<byte> pixels);

    /// <summary>Lets the next frame be a key frame: what came before is not there for a reader.</summary>
    void Restart();
}
