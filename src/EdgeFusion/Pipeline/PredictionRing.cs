using EdgeFusion.Models;
using EdgeFusion.Predictions;

namespace EdgeFusion.Pipeline;

/// <summary>
/// Hands predictions from the fusion thread to any number of sinks: preallocated slots, the oldest overwritten, each
/// sink with a cursor of its own. A slow sink loses predictions and knows how many; nobody waits for it.
/// </summary>
/// <remarks>
/// The protocol is that of <see cref="Buffering.SensorRing"/>. <b>Threading.</b> One writer, any readers. Allocates
/// only at construction.
/// </remarks>
internal sealed class PredictionRing
{
    /// <summary>Predictions held: 6.4 s at 10 Hz.</summary>
    public const int Capacity = 64;

    private readonly Prediction[] _slots = new Prediction[Capacity];
    private long _claimed;
    private long _published;

    public PredictionRing(ModelManifest manifest)
    {
        for (int i = 0; i < Capacity; i++)
        {
            _slots[i] = new Prediction(manifest);
        }
    }

    public long Published => Volatile.Read(ref _published);

    /// <summary>The slot of the next prediction, to be filled in place.</summary>
    public Prediction Claim()
    {
        long next = _published;
        Volatile.Write(ref _claimed, next + 1);
        Interlocked.MemoryBarrier();
        return _slots[next % Capacity];
    }

    /// <summary>Publishes the claimed slot.</summary>
    public void Publish() => Volatile.Write(ref _published, _published + 1);

    /// <summary>Copies one prediction out.</summary>
    /// <returns>False where it has been overwritten meanwhile.</returns>
    public bool TryCopy(long sequence, Prediction into)
    {
        if (!IsIntact(sequence))
        {
            return false;
        }

        into.CopyFrom(_slots[sequence % Capacity]);
        return IsIntact(sequence);
    }

    /// <summary>The oldest prediction that is safe to read.</summary>
    public long Oldest => Math.Max(0, Volatile.Read(ref _claimed) - Capacity);

    private bool IsIntact(long sequence)
    {
        Interlocked.MemoryBarrier();
        return Volatile.Read(ref _claimed) - Capacity <= sequence;
    }
}
