using EdgeFusion.Diagnostics;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Recording;

/// <summary>Lets the samples of a feed pass as a <see cref="ReplayControl"/> says, each at its instant.</summary>
/// <remarks>
/// The last milliseconds before a sample are the pacer's. Without one the system's timer has steps of a millisecond and
/// rounds up, so each sample is let go half a step early: the error is at most half a millisecond in either direction,
/// plus what waking up takes, and does not add up.
/// </remarks>
internal sealed class SteeredFeed(
    ISampleFeed inner, ReplayControl control, PipelineClock clock, IPacer? pacer, LatencyHistogram error,
    Timestamp shownFrom, Action between, CancellationTokenSource play) : ISampleFeed
{
    private const long NanosecondsPerMillisecond = 1_000_000;
    private const long HalfStepNanoseconds = NanosecondsPerMillisecond / 2;
    private const long LongestSleepMilliseconds = 1_000;

    /// <summary>Left to the pacer, which does not hear commands.</summary>
    private const long PacedNanoseconds = 10 * NanosecondsPerMillisecond;

    private Timestamp? _anchor;
    private Timestamp _anchorReal;
    private double _speed;

    public IReadOnlyList<SensorInfo> Sensors => inner.Sensors;

    public bool TryAdvance(out int sensor, out SampleHeader header)
    {
        sensor = -1;
        header = default;
        between();
        if (!MayGoOn() || !inner.TryAdvance(out sensor, out header))
        {
            return false;
        }

        if (header.Arrival >= shownFrom)
        {
            if (!AwaitInstant(header.Arrival))
            {
                return false;
            }

            control.MoveTo(header.Arrival);
        }

        return true;
    }

    public void Fill(Span<byte> payload) => inner.Fill(payload);

    public void Dispose()
    {
    }

    private bool MayGoOn()
    {
        if (control.AwaitSample(play.Token))
        {
            return true;
        }

        play.Cancel();
        return false;
    }

    /// <summary>Waits until a sample is due; after a pause, at another speed or in single windows anew from here.
    /// </summary>
    private bool AwaitInstant(Timestamp arrival)
    {
        while (true)
        {
            double speed = control.IsPaused ? 0 : control.Speed;
            if (speed == 0)
            {
                _anchor = null;
                return MayGoOn();
            }

            if (_anchor is not { } anchor || speed != _speed)
            {
                (_anchor, _anchorReal, _speed) = (arrival, clock.Now, speed);
                return MayGoOn();
            }

            Timestamp due = _anchorReal.AddNanoseconds((long)(arrival.NanosecondsSince(anchor) / speed));
            long remaining = due.NanosecondsSince(clock.Now) - (pacer is null ? HalfStepNanoseconds : 0);
            if (remaining <= 0)
            {
                error.Record(Math.Abs(clock.Now.NanosecondsSince(due)));
                return MayGoOn();
            }

            Wait(due, remaining);
            if (!MayGoOn())
            {
                return false;
            }
        }
    }

    private void Wait(Timestamp due, long remaining)
    {
        if (pacer is not null && remaining <= 2 * PacedNanoseconds)
        {
            pacer.WaitUntil(clock.TimestampAt(due));
            return;
        }

        remaining -= pacer is null ? 0 : PacedNanoseconds;
        long milliseconds = (remaining + NanosecondsPerMillisecond - 1) / NanosecondsPerMillisecond;
        control.Sleep((int)Math.Min(milliseconds, LongestSleepMilliseconds));
    }
}
