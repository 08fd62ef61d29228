namespace EdgeFusion.Linux.Audio;

/// <summary>A running capture stream; the seam between the capture loop and the sound system.</summary>
internal interface IPcmInput : IDisposable
{
    /// <summary>Waits for a period, then says how many frames can be read and when the last of them was captured.
    /// </summary>
    /// <param name="milliseconds">Longest wait.</param>
    /// <param name="available">Frames that can be read.</param>
    /// <param name="stampNanoseconds">Monotonic time at which <paramref name="available"/> was true; 0 = not
    /// known.</param>
    PcmStatus Wait(int milliseconds, out int available, out long stampNanoseconds);

    /// <summary>Reads frames that are there.</summary>
    /// <param name="destination">As many whole frames as are wanted.</param>
    /// <param name="frames">Frames read.</param>
    PcmStatus Read(Span<byte> destination, out int frames);

    /// <summary>Starts again after an overrun or a suspend.</summary>
    void Recover(PcmStatus cause);
}

/// <summary>How a call on a stream went.</summary>
internal enum PcmStatus
{
    /// <summary>There is data.</summary>
    Ok,

    /// <summary>There is nothing yet.</summary>
    Nothing,

    /// <summary>Frames were lost because nobody read them in time.</summary>
    Overrun,

    /// <summary>The machine slept.</summary>
    Suspended,
}
