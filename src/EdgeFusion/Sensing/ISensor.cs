namespace EdgeFusion.Sensing;

/// <summary>
/// A source of samples: a device, a simulation or a recording. An adapter opens, reads, stamps and writes; it owns no
/// thread and no retry.
/// </summary>
/// <remarks>
/// <b>Contract</b> (checked by SensorContract in EdgeFusion.Testing): capture time is not after arrival time; the
/// length of each sample fits the layout; after cancellation <see cref="Capture"/> returns within a second; a second
/// <see cref="Capture"/> after the first returned starts afresh.
/// </remarks>
public interface ISensor : IDisposable
{
    /// <summary>What the sensor delivers. Known before <see cref="Capture"/> and constant.</summary>
    SensorInfo Info { get; }

    /// <summary>
    /// Opens the device and delivers samples into <paramref name="sink"/> until <paramref name="stopping"/> is
    /// cancelled (returns), the source ends (returns) or the device fails (throws).
    /// </summary>
    /// <remarks><b>Threading.</b> Called on a thread that the sensor host owns; never on two threads at a
    /// time.</remarks>
    /// <exception cref="SensorException">The device cannot be opened or has failed.</exception>
    void Capture(SampleSink sink, CancellationToken stopping);
}

/// <summary>
/// A deterministic source of samples that is pulled: a simulation or a recording. In virtual time a driver merges
/// several sources by arrival time; PacedSensor turns one into a live <see cref="ISensor"/>.
/// </summary>
/// <remarks><b>Threading.</b> Used by one thread at a time.</remarks>
public interface ISampleSource : IDisposable
{
    /// <summary>What the source delivers.</summary>
    SensorInfo Info { get; }

    /// <summary>
    /// Moves to the next sample and gives its header (capture, arrival, length, flags; the sequence is the source's
    /// own). Arrival times never decrease.
    /// </summary>
    /// <returns>False at the end of the source.</returns>
    bool TryAdvance(out SampleHeader header);

    /// <summary>Writes the payload of the sample that <see cref="TryAdvance"/> announced.</summary>
    /// <param name="payload">Exactly <see cref="SampleHeader.Length"/> bytes long.</param>
    void Fill(Span<byte> payload);
}
