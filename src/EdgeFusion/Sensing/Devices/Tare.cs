namespace EdgeFusion.Sensing.Devices;

/// <summary>Finds the zero of a sensor by averaging its first samples, and takes it off from then on.</summary>
/// <param name="width">Elements of a sample.</param>
/// <param name="samples">Samples averaged.</param>
internal sealed class Tare(int width, long samples)
{
    private readonly double[] _zero = new double[width];
    private long _taken;

    /// <summary>Takes the zero off.</summary>
    /// <returns>False while the zero is still being found.</returns>
    public bool TryApply(Span<float> values)
    {
        if (_taken < samples)
        {
            _taken++;
            for (int i = 0; i < values.Length; i++)
            {
                _zero[i] += (values[i] - _zero[i]) / _taken;
            }

            return false;
        }

        for (int i = 0; i < values.Length; i++)
        {
            values[i] -= (float)_zero[i];
        }

        return true;
    }
}
