using System.Runtime.InteropServices;
using EdgeFusion.Buffering;
using EdgeFusion.Time;

namespace EdgeFusion.Sensing;

/// <summary>
/// Where a sensor writes: claim a slot, fill it in place, commit it. The gate behind it keeps unusable samples out.
/// </summary>
/// <remarks>
/// <para><b>Threading.</b> One thread at a time (a device's callback thread may write while Capture waits).</para>
/// <para>Hot path: allocates nothing.</para>
/// </remarks>
public sealed class SampleSink
{
    private readonly SensorRing _ring;
    private SampleFlags _pendingFlags;

    /// <summary>Creates a sink on a ring.</summary>
    public SampleSink(SensorRing ring, SampleGate gate, PipelineClock clock)
    {
        ArgumentNullException.ThrowIfNull(ring);
        ArgumentNullException.ThrowIfNull(gate);
        ArgumentNullException.ThrowIfNull(clock);
        _ring = ring;
        Gate = gate;
        Clock = clock;
    }

    /// <summary>The pipeline's clock, for stamping.</summary>
    public PipelineClock Clock { get; }

    /// <summary>What was taken and what was kept out, by reason.</summary>
    public SampleGate Gate { get; }

    /// <summary>What takes a zero off each sample; null (default) = nothing is taken off.</summary>
    internal Tare? Tare { get; init; }

    /// <summary>
    /// The next slot, as large as the layout's largest sample. Valid until the next call on this sink. Claiming again
    /// without a commit gives the same slot.
    /// </summary>
    public Span<byte> Claim() => _ring.Claim();

    /// <summary>Commits the claimed slot with the present instant as arrival time.</summary>
    /// <returns>Why the sample was kept out, or <see cref="SampleRejection.None"/>.</returns>
    public SampleRejection Commit(Timestamp capture, int length, SampleFlags flags = SampleFlags.None) =>
        Commit(capture, Clock.Now, length, flags);

    /// <summary>Commits the claimed slot.</summary>
    /// <param name="capture">When the world happened; for audio the time of the first frame.</param>
    /// <param name="arrival">When the sample reached us.</param>
    /// <param name="length">Bytes filled.</param>
    /// <param name="flags">Facts about the sample.</param>
    /// <returns>Why the sample was kept out, or <see cref="SampleRejection.None"/>.</returns>
    public SampleRejection Commit(Timestamp capture, Timestamp arrival, int length, SampleFlags flags)
    {
        Span<byte> slot = _ring.Claim();
        SampleRejection outcome = (uint)length > (uint)slot.Length
            ? Gate.Check(capture, arrival, default)
            : Gate.Check(capture, arrival, slot[..length]);
        if (outcome != SampleRejection.None)
        {
            // What is kept out leaves a hole that the next sample has to own up to.
            _pendingFlags |= SampleFlags.Gap;
            return outcome;
        }

        Tare?.Take(MemoryMarshal.Cast<byte, float>(slot[..length]), capture, flags);
        _ring.Publish(capture, arrival, length, flags | _pendingFlags);
        _pendingFlags = SampleFlags.None;
        return outcome;
    }
}
