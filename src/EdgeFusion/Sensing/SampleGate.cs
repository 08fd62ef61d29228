using EdgeFusion.Time;

namespace EdgeFusion.Sensing;

/// <summary>Why a sample was not taken into its ring.</summary>
public enum SampleRejection
{
    /// <summary>It was taken.</summary>
    None,

    /// <summary>Its capture time equals that of the sample before it.</summary>
    Duplicate,

    /// <summary>Its capture time lies before that of the sample before it.</summary>
    Backwards,

    /// <summary>Its capture time lies after its arrival time by more than the tolerance.</summary>
    FarFuture,

    /// <summary>It is older than anything a window could still use.</summary>
    TooOld,

    /// <summary>It holds a NaN or an infinity.</summary>
    NotFinite,

    /// <summary>Its length does not fit the layout.</summary>
    BadLength,
}

/// <summary>
/// Keeps samples out that no window may use and counts each by reason, so that captured = taken + rejected always.
/// </summary>
/// <remarks><b>Threading.</b> <see cref="Check"/> from the writer only; counters from any thread. Hot path.</remarks>
public sealed class SampleGate
{
    private static readonly int Reasons = Enum.GetValues<SampleRejection>().Length;
    private readonly long[] _counts = new long[Reasons];
    private readonly SensorInfo _info;
    private readonly long _futureTolerance;
    private readonly long _horizon;
    private Timestamp _lastCapture = Timestamp.MinValue;

    /// <summary>Creates a gate.</summary>
    /// <param name="info">The sensor.</param>
    /// <param name="horizon">Age at which a sample is of no use any more.</param>
    /// <param name="futureTolerance">How far a capture time may lie after its arrival: clock noise only.</param>
    public SampleGate(SensorInfo info, TimeSpan horizon, TimeSpan futureTolerance)
    {
        ArgumentNullException.ThrowIfNull(info);
        _info = info;
        _horizon = horizon.Ticks * 100;
        _futureTolerance = futureTolerance.Ticks * 100;
    }

    /// <summary>How many samples had this outcome; <see cref="SampleRejection.None"/> counts those taken.</summary>
    public long Count(SampleRejection outcome) => Volatile.Read(ref _counts[(int)outcome]);

    /// <summary>Samples kept out, all reasons together.</summary>
    public long RejectedCount
    {
        get
        {
            long sum = 0;
            for (int i = 1; i < _counts.Length; i++)
            {
                sum += Volatile.Read(ref _counts[i]);
            }

            return sum;
        }
    }

    /// <summary>Judges a sample and counts the outcome.</summary>
    public SampleRejection Check(Timestamp capture, Timestamp arrival, ReadOnlySpan<byte> payload)
    {
        SampleRejection outcome = Judge(capture, arrival, payload);
        if (outcome == SampleRejection.None)
        {
            _lastCapture = capture;
        }

        // One writer; readers on other threads only need an untorn, eventually fresh value.
        Volatile.Write(ref _counts[(int)outcome], _counts[(int)outcome] + 1);
        return outcome;
    }

    private SampleRejection Judge(Timestamp capture, Timestamp arrival, ReadOnlySpan<byte> payload)
    {
        if (!LengthFits(payload.Length))
        {
            return SampleRejection.BadLength;
        }

        if (capture.Nanoseconds > arrival.Nanoseconds + _futureTolerance)
        {
            return SampleRejection.FarFuture;
        }

        if (capture <= _lastCapture)
        {
            return capture == _lastCapture ? SampleRejection.Duplicate : SampleRejection.Backwards;
        }

        // Written without a subtraction of the capture time, which could overflow for absurd stamps.
        if (capture.Nanoseconds < arrival.Nanoseconds - _horizon)
        {
            return SampleRejection.TooOld;
        }

        return FiniteCheck.AllFinite(_info.Layout, payload) ? SampleRejection.None : SampleRejection.NotFinite;
    }

    private bool LengthFits(int length) => _info.Layout switch
    {
        AudioLayout audio => length > 0 && length <= audio.MaxSampleBytes && length % audio.FrameBytes == 0,
        SampleLayout other => length == other.MaxSampleBytes,
    };
}
