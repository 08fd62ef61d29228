using System.Globalization;
using System.Text;

namespace EdgeFusion.Sensing;

/// <summary>
/// What became of a sensor's samples: captured = used + dropped by reason. The three are counted at different places
/// (where samples come in, at each place that keeps some out, in the ring), so that a sample lost silently shows.
/// </summary>
/// <remarks>
/// Exact once the sensor stands still; of a running one a sample or two are under way. A sensor that does not count its
/// entrance is counted at the gate. <b>Threading.</b> Immutable; taken from any thread.
/// </remarks>
public sealed record SensorAccount
{
    private static readonly SampleRejection[] Rejections =
    [
        SampleRejection.Duplicate, SampleRejection.Backwards, SampleRejection.FarFuture, SampleRejection.TooOld,
        SampleRejection.NotFinite, SampleRejection.BadLength,
    ];

    /// <summary>Name of the sensor.</summary>
    public required string Sensor { get; init; }

    /// <summary>Samples (audio: blocks) that the device made, as far as anybody can tell.</summary>
    public required long Captured { get; init; }

    /// <summary>Samples taken into the ring, where windows find them.</summary>
    public required long Used { get; init; }

    /// <summary>Samples dropped, by reason in snake_case; reasons that never occurred are left out.</summary>
    public required IReadOnlyList<SensorCounter> Reasons { get; init; }

    /// <summary>Samples dropped, all reasons together.</summary>
    public long Dropped
    {
        get
        {
            long sum = 0;
            foreach (SensorCounter reason in Reasons)
            {
                sum += reason.Value;
            }

            return sum;
        }
    }

    /// <summary>Captured - used - dropped: 0 where the counters add up.</summary>
    public long Unaccounted => Captured - Used - Dropped;

    /// <summary>Draws up the account of a sensor.</summary>
    /// <param name="sensor">Its name.</param>
    /// <param name="counters">Its own counters; null where it has none.</param>
    /// <param name="gate">Its gate.</param>
    /// <param name="used">Samples that its ring took.</param>
    public static SensorAccount Of(
        string sensor, IReadOnlyList<SensorCounter>? counters, SampleGate gate, long used)
    {
        ArgumentNullException.ThrowIfNull(gate);
        var reasons = new List<SensorCounter>();
        long? captured = null;
        long lost = 0;
        foreach (SensorCounter counter in counters ?? [])
        {
            if (counter.Role == CounterRole.Captured)
            {
                captured = (captured ?? 0) + counter.Value;
                continue;
            }

            lost += counter.Role == CounterRole.Lost ? counter.Value : 0;
            if (counter.Role != CounterRole.Fact && counter.Value != 0)
            {
                reasons.Add(counter);
            }
        }

        foreach (SampleRejection rejection in Rejections)
        {
            if (gate.Count(rejection) is not 0 and var count)
            {
                reasons.Add(new SensorCounter(Name(rejection), count, CounterRole.Dropped));
            }
        }

        return new SensorAccount
        {
            Sensor = sensor,
            Captured = (captured ?? gate.Count(SampleRejection.None) + gate.RejectedCount) + lost,
            Used = used,
            Reasons = reasons,
        };
    }

    /// <summary>The equation in one line.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture, $"{Sensor}: captured {Captured} = used {Used} + dropped {Dropped}");
        for (int i = 0; i < Reasons.Count; i++)
        {
            text.Append(i == 0 ? " (" : ", ");
            text.Append(CultureInfo.InvariantCulture, $"{Reasons[i].Name} {Reasons[i].Value}");
        }

        return text.Append(Reasons.Count > 0 ? ")" : "").ToString();
    }

    private static string Name(SampleRejection rejection) => rejection switch
    {
        SampleRejection.Duplicate => "same_time",
        SampleRejection.Backwards => "backwards",
        SampleRejection.FarFuture => "far_future",
        SampleRejection.TooOld => "too_old",
        SampleRejection.NotFinite => "not_finite",
        _ => "bad_length",
    };
}
