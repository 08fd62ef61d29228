using System.Diagnostics.Metrics;
using EdgeFusion.Predictions;
using EdgeFusion.Sensing;
using EdgeFusion.Worker.Composition;

namespace EdgeFusion.Worker.Live;

/// <summary>
/// The session's counters as instruments of System.Diagnostics.Metrics, for exporters and dotnet-counters. Names and
/// units follow the OpenTelemetry conventions: dots, seconds, things counted in braces.
/// </summary>
/// <remarks><b>Threading.</b> Counters are read from the collector's thread; <see cref="Write"/> on the sink's.
/// Allocates nothing per window.</remarks>
internal sealed class SessionMetrics : IPredictionSink, IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "EdgeFusion";

    private const string Outcome = "edgefusion.outcome";
    private const string Sensor = "edgefusion.sensor.name";
    private const string Stage = "edgefusion.stage";

    private static readonly KeyValuePair<string, object?> Wait = new(Stage, "wait");
    private static readonly KeyValuePair<string, object?> Bind = new(Stage, "bind");
    private static readonly KeyValuePair<string, object?> Infer = new(Stage, "infer");
    private static readonly KeyValuePair<string, object?> Decode = new(Stage, "decode");
    private static readonly KeyValuePair<string, object?> Total = new(Stage, "total");

    // Seconds: from the binder's tenth of a millisecond to a window that nobody should wait for.
    private static readonly InstrumentAdvice<double> Buckets = new()
    {
        HistogramBucketBoundaries =
            [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
    };

    private readonly LiveSession _session;
    private readonly Meter _meter = new(MeterName, Product.Version);
    private readonly Histogram<double> _stages;

    public SessionMetrics(LiveSession session)
    {
        _session = session;
        _stages = _meter.CreateHistogram(
            "edgefusion.stage.duration", "s", "Duration per stage of a window.", advice: Buckets);
        _meter.CreateObservableCounter("edgefusion.windows", Windows, "{window}", "Windows by what became of them.");
        _meter.CreateObservableCounter(
            "edgefusion.ring.overruns", () => session.Pipeline.Overruns, "{window}",
            "Windows in which a sensor lapped the binder.");
        _meter.CreateObservableCounter(
            "edgefusion.sensor.samples", Samples, "{sample}", "Samples by sensor and by what became of them.");
        _meter.CreateObservableCounter(
            "edgefusion.sensor.restarts", () => PerSensor(host => host.Restarts), "{restart}",
            "Times the device was opened again.");
        _meter.CreateObservableGauge(
            "edgefusion.sensor.live", () => PerSensor(host => host.State == SensorState.Live ? 1 : 0), "1",
            "1 while the sensor delivers.");
        if (session.Outbox is { } outbox)
        {
            _meter.CreateObservableCounter(
                "edgefusion.outbox.messages",
                () => new[] { Count(outbox.Published, "published"), Count(outbox.Evicted, "evicted") }, "{message}",
                "Messages by what became of them.");
            _meter.CreateObservableUpDownCounter(
                "edgefusion.outbox.waiting", () => (long)outbox.Waiting, "{message}", "Messages that wait.");
            _meter.CreateObservableCounter(
                "edgefusion.broker.reconnects", () => outbox.Reconnects, "{connection}", "Connections made again.");
        }
    }

    /// <inheritdoc/>
    public string Name => "metrics";

    /// <inheritdoc/>
    public void Write(Prediction prediction)
    {
        StageTimes times = prediction.Times;
        _stages.Record(times.Cut.NanosecondsSince(prediction.End) / 1e9, Wait);
        _stages.Record(times.Bound.NanosecondsSince(times.Cut) / 1e9, Bind);
        _stages.Record(times.Inferred.NanosecondsSince(times.Bound) / 1e9, Infer);
        _stages.Record(times.Decoded.NanosecondsSince(times.Inferred) / 1e9, Decode);
        _stages.Record(times.Decoded.NanosecondsSince(prediction.End) / 1e9, Total);
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static Measurement<long> Count(long value, string outcome) =>
        new(value, new KeyValuePair<string, object?>(Outcome, outcome));

    private Measurement<long>[] Windows() =>
        [Count(_session.Pipeline.Windows, "predicted"), Count(_session.Pipeline.SkippedWindows, "skipped")];

    private List<Measurement<long>> Samples()
    {
        var all = new List<Measurement<long>>();
        foreach (SensorHost host in _session.Pipeline.Sensors)
        {
            foreach (SampleRejection reason in Enum.GetValues<SampleRejection>())
            {
                string outcome = reason == SampleRejection.None ? "taken" : reason.ToString();
                all.Add(new Measurement<long>(
                    host.Gate.Count(reason), new(Sensor, host.Info.Name), new(Outcome, outcome)));
            }
        }

        return all;
    }

    private List<Measurement<long>> PerSensor(Func<SensorHost, long> value)
    {
        var all = new List<Measurement<long>>();
        foreach (SensorHost host in _session.Pipeline.Sensors)
        {
            all.Add(new Measurement<long>(value(host), new KeyValuePair<string, object?>(Sensor, host.Info.Name)));
        }

        return all;
    }
}
