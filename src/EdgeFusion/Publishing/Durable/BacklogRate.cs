using EdgeFusion.Time;

namespace EdgeFusion.Publishing.Durable;

/// <summary>How fast something may go: so many per second, and at most so many seconds' worth at once.</summary>
internal sealed class BacklogRate
{
    private readonly double _perSecond;
    private readonly double _burst;
    private double _tokens;
    private Timestamp _at = Timestamp.MinValue;

    public BacklogRate(int perSecond, double burstSeconds = 0.1)
    {
        _perSecond = perSecond;
        _burst = Math.Max(1, perSecond * burstSeconds);
        _tokens = _burst;
    }

    /// <summary>Whether one may go now.</summary>
    public bool IsOpen(Timestamp now)
    {
        if (_at != Timestamp.MinValue)
        {
            _tokens = Math.Min(_burst, _tokens + ((now - _at).TotalSeconds * _perSecond));
        }

        _at = now;
        return _tokens >= 1;
    }

    /// <summary>One has gone.</summary>
    public void Count() => _tokens--;

    /// <summary>Time until the next may go; zero for now.</summary>
    public TimeSpan Wait => _tokens >= 1 ? TimeSpan.Zero : TimeSpan.FromSeconds((1 - _tokens) / _perSecond);
}
