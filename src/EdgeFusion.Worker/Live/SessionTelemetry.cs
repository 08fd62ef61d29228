using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Live;

/// <summary>Metrics and traces of a session on their way to a collector.</summary>
internal sealed class SessionTelemetry : IDisposable
{
    private readonly WorkerOptions _options;
    private readonly LogObserver _observer;
    private readonly SessionMetrics _metrics;
    private readonly WindowTraces? _traces;
    private IDisposable? _export;

    private SessionTelemetry(WorkerOptions options, LiveSession session, LogObserver observer)
    {
        _options = options;
        _observer = observer;
        _metrics = new SessionMetrics(session);
        session.Pipeline.AddSink(_metrics);
        if (options.Telemetry.TraceEvery > 0)
        {
            _traces = new WindowTraces(options.Telemetry.TraceEvery);
            session.Pipeline.AddSink(_traces);
        }
    }

    /// <summary>Prepares what the configuration asks for; null where it asks for nothing.</summary>
    /// <exception cref="ConfigurationException">This build has no exporter, or the headers cannot be read.</exception>
    public static SessionTelemetry? Create(WorkerOptions options, LiveSession session, LogObserver observer)
    {
        if (options.Telemetry.Endpoint.Length == 0)
        {
            return null;
        }

        if (!Adapters.HasExporter)
        {
            throw new ConfigurationException(
                "Telemetry:Endpoint: this build has no exporter; rebuild with -p:WithPackages=true (package "
                + "OpenTelemetry.Exporter.OpenTelemetryProtocol), or let a collector read /metrics.");
        }

        options.Telemetry.ReadHeaders();
        return new SessionTelemetry(options, session, observer);
    }

    /// <summary>Begins to send.</summary>
    public void Start() => _export = Adapters.Export(_options, _observer.CollectorChanged);

    /// <inheritdoc/>
    public void Dispose()
    {
        _export?.Dispose();
        _metrics.Dispose();
        _traces?.Dispose();
    }
}
