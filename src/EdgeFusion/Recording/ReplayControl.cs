using EdgeFusion.Time;

namespace EdgeFusion.Recording;

/// <summary>Steers a <see cref="SteeredReplay"/>: pause, single windows, another place, another speed.</summary>
/// <remarks><b>Threading.</b> Any thread; no command waits for the replay.</remarks>
public sealed class ReplayControl
{
    // A monitor and no Lock: the replaying thread waits on it for the next command.
    private readonly object _gate = new();
    private double _speed;
    private bool _loops;
    private bool _isPaused;
    private bool _isAtEnd;
    private long _steps;
    private long _windows;
    private TimeSpan? _seek;
    private Timestamp _start;
    private Timestamp _end;
    private Timestamp _position;

    /// <summary>Times real time; 0 (default) = as fast as it goes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 0 or not finite.</exception>
    public double Speed
    {
        get => Read(static control => control._speed);
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfEqual(double.IsFinite(value), false, nameof(value));
            Change(() => _speed = value);
        }
    }

    /// <summary>Whether the replay begins again at its end. Default false.</summary>
    public bool Loops
    {
        get => Read(static control => control._loops);
        set => Change(() => _loops = value);
    }

    /// <summary>Whether the replay waits at its end for another place instead of ending. Default false.</summary>
    public bool StaysAtEnd { get; init; }

    /// <summary>Whether it stands still, or does so after the windows still asked for.</summary>
    public bool IsPaused => Read(static control => control._isPaused);

    /// <summary>Whether everything has been replayed.</summary>
    public bool IsAtEnd => Read(static control => control._isAtEnd);

    /// <summary>How far the replay has come, from the recording's start.</summary>
    public TimeSpan Position => Read(static control => control._position - control._start);

    /// <summary>Duration of the recording; 0 before the replay runs.</summary>
    public TimeSpan Length => Read(static control => control._end - control._start);

    /// <summary>Windows shown so far.</summary>
    public long Windows => Read(static control => control._windows);

    /// <summary>Stands still before the next sample.</summary>
    public void Pause() => Change(() => (_isPaused, _steps) = (true, 0));

    /// <summary>Goes on.</summary>
    public void Resume() => Change(() => (_isPaused, _steps) = (false, 0));

    /// <summary>Shows so many more windows and stands still.</summary>
    public void Step(int windows = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(windows, 1);
        Change(() => (_isPaused, _steps) = (true, _steps + windows));
    }

    /// <summary>Goes on elsewhere, with the first window that starts there; while paused that one is shown.</summary>
    /// <param name="fromStart">Place from the recording's start; limited to the recording.</param>
    public void Seek(TimeSpan fromStart) => Change(() => (_seek, _steps) = (fromStart, _isPaused ? 1 : 0));

    /// <summary>The replay begins; its places are known from here on.</summary>
    internal void Begin(Timestamp start, Timestamp end)
    {
        lock (_gate)
        {
            (_start, _end, _position, _isAtEnd) = (start, end, start, false);
        }
    }

    /// <summary>Lets waits look again at the token that they were given.</summary>
    internal void Wake() => Change(static () => { });

    /// <summary>Waits until the next sample may be read.</summary>
    /// <returns>False where the replay is to go on elsewhere or to stop.</returns>
    internal bool AwaitSample(CancellationToken stopping)
    {
        lock (_gate)
        {
            while (_isPaused && _steps == 0 && _seek is null && !stopping.IsCancellationRequested)
            {
                Monitor.Wait(_gate);
            }

            return _seek is null && !stopping.IsCancellationRequested;
        }
    }

    /// <summary>Waits until the next window may be shown, and counts it.</summary>
    /// <returns>False where it is not to be shown: the replay goes on elsewhere or stops.</returns>
    internal bool AwaitWindow(CancellationToken stopping)
    {
        lock (_gate)
        {
            if (!AwaitSample(stopping))
            {
                return false;
            }

            _steps = Math.Max(0, _steps - 1);
            _windows++;
            return true;
        }
    }

    /// <summary>Waits so long, or until a command comes.</summary>
    internal void Sleep(int milliseconds)
    {
        lock (_gate)
        {
            Monitor.Wait(_gate, milliseconds);
        }
    }

    internal void MoveTo(Timestamp position)
    {
        lock (_gate)
        {
            _position = position;
        }
    }

    /// <summary>Where to go on when the replay has run as far as it does.</summary>
    /// <returns>Null where it is over.</returns>
    internal Timestamp? Next(CancellationToken stopping)
    {
        lock (_gate)
        {
            _isAtEnd = _seek is null;
            while (_seek is null && !_loops && StaysAtEnd && !stopping.IsCancellationRequested)
            {
                Monitor.Wait(_gate);
            }

            TimeSpan? place = stopping.IsCancellationRequested ? null : _seek ?? (_loops ? TimeSpan.Zero : null);
            Timestamp? next = place is not { } from ? null
                : from <= TimeSpan.Zero ? _start
                : from >= _end - _start ? _end
                : _start + from;
            _seek = null;
            _isAtEnd &= next is null;
            _position = next ?? _position;
            return next;
        }
    }

    private T Read<T>(Func<ReplayControl, T> value)
    {
        lock (_gate)
        {
            return value(this);
        }
    }

    private void Change(Action change)
    {
        lock (_gate)
        {
            change();
            Monitor.PulseAll(_gate);
        }
    }
}
