namespace EdgeFusion.Sensing;

/// <summary>
/// Samples of several sensors in order of arrival, pulled by whoever drives virtual time: sources merged, or a
/// recording.
/// </summary>
/// <remarks><b>Threading.</b> One thread.</remarks>
public interface ISampleFeed : IDisposable
{
    /// <summary>The sensors; <see cref="TryAdvance"/> names them by index.</summary>
    IReadOnlyList<SensorInfo> Sensors { get; }

    /// <summary>Moves to the next sample.</summary>
    /// <param name="sensor">Index in <see cref="Sensors"/>.</param>
    /// <param name="header">Its header; the sequence is that of the original run.</param>
    /// <returns>False at the end.</returns>
    bool TryAdvance(out int sensor, out SampleHeader header);

    /// <summary>Writes the payload of the sample announced.</summary>
    /// <param name="payload">Exactly <see cref="SampleHeader.Length"/> bytes.</param>
    void Fill(Span<byte> payload);
}
