using EdgeFusion.Time;

namespace EdgeFusion.Sensing;

/// <summary>
/// Finds the zero of a sensor by averaging samples, and takes it off from then on. Nothing is written to the device.
/// </summary>
/// <param name="width">Elements of a sample.</param>
/// <remarks>
/// <b>Threading.</b> <see cref="Take"/> from the capturing thread, the rest from any. Hot path: allocates at the end of
/// an averaging only.
/// </remarks>
internal sealed class Tare(int width)
{
    private readonly double[] _sums = new double[width];
    private readonly float[] _zero = new float[width];
    private long _wanted;
    private long _asked;
    private long _begun;
    private long _ended;
    private long _left;
    private long _length;
    private SensorZero? _latest;

    /// <summary>A tare for samples of forces and torques; null for all others, whose zero is not free.</summary>
    public static Tare? For(SampleLayout layout)
    {
        if (layout is not VectorLayout vector)
        {
            return null;
        }

        foreach (string unit in vector.Units)
        {
            if (unit is not ("N" or "Nm"))
            {
                return null;
            }
        }

        return new Tare(vector.Width);
    }

    /// <summary>The zero that is taken off; null before the first.</summary>
    public SensorZero? Latest => Volatile.Read(ref _latest);

    /// <summary>Whether an averaging is asked for or under way.</summary>
    public bool IsBusy => Volatile.Read(ref _ended) != Volatile.Read(ref _asked);

    /// <summary>Averages from here on, afresh where that is being done already; the zero found before is taken off
    /// until then.</summary>
    /// <param name="samples">Samples to average, &gt; 0.</param>
    public void Begin(long samples)
    {
        Volatile.Write(ref _wanted, samples);

        // After the length: pairs with the read in Take.
        Interlocked.Increment(ref _asked);
    }

    /// <summary>Takes the zero off a sample, after having it averaged where that is under way.</summary>
    /// <param name="values">The sample as the device gave it; finite.</param>
    /// <param name="capture">When it was taken.</param>
    /// <param name="flags">What is known of it: a clipped sample is not averaged.</param>
    /// <returns>Whether a new zero was found: it holds from the next sample on.</returns>
    public bool Take(Span<float> values, Timestamp capture, SampleFlags flags)
    {
        long asked = Volatile.Read(ref _asked);
        if (asked != _begun)
        {
            _begun = asked;
            _length = _left = Volatile.Read(ref _wanted);
            Array.Clear(_sums);
        }

        bool isLast = false;
        if (_left > 0 && (flags & SampleFlags.Clipped) == 0)
        {
            isLast = --_left == 0;
            for (int i = 0; i < values.Length; i++)
            {
                _sums[i] += values[i];
            }
        }

        for (int i = 0; i < values.Length; i++)
        {
            values[i] -= _zero[i];
        }

        if (isLast)
        {
            Finish(capture);
        }

        return isLast;
    }

    private void Finish(Timestamp capture)
    {
        for (int i = 0; i < width; i++)
        {
            _zero[i] = (float)(_sums[i] / _length);
        }

        Volatile.Write(ref _latest, new SensorZero((Latest?.Count ?? 0) + 1, capture, [.. _zero]));
        Volatile.Write(ref _ended, _begun);
    }
}
