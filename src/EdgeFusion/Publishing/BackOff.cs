namespace EdgeFusion.Publishing;

/// <summary>Pauses between attempts: doubling from a minimum to a maximum, each shortened by a random part.</summary>
/// <remarks>A pause lies between half of its nominal length and all of it, so that a hundred nodes that lost the same
/// broker do not return in step, and none waits for longer than the maximum.</remarks>
internal sealed class BackOff
{
    private readonly TimeSpan _min;
    private readonly TimeSpan _max;
    private readonly Random _random;
    private TimeSpan _nominal;

    public BackOff(TimeSpan min, TimeSpan max, Random random)
    {
        _min = min;
        _max = max;
        _random = random;
        _nominal = min;
    }

    /// <summary>The next pause.</summary>
    public TimeSpan Next()
    {
        TimeSpan pause = _nominal * (0.5 + (0.5 * _random.NextDouble()));
        _nominal = _nominal * 2 < _max ? _nominal * 2 : _max;
        return pause;
    }

    /// <summary>Starts from the minimum again.</summary>
    public void Reset() => _nominal = _min;
}
