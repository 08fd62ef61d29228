namespace EdgeFusion.Recording;

/// <summary>Port: decodes the H.264 video of one camera in a recording.</summary>
/// <remarks><b>Threading.</b> One thread at a time.</remarks>
public interface IVideoDecoder : IDisposable
{
    /// <summary>Decodes the next access unit straight into its place.</summary>
    /// <param name="accessUnit">Annex B; the first, and the first after <see cref="Restart"/>, is a key frame.</param>
    /// <param name="pixels">Receives the frame, as the channel's layout says.</param>
    /// <exception cref="RecordingException">It is damaged, or gives no frame of that size.</exception>
    void Decode(ReadOnlySpan<byte> accessUnit, Span<byte> pixels);

    /// <summary>Forgets what came before: the video goes on elsewhere.</summary>
    void Restart();
}
