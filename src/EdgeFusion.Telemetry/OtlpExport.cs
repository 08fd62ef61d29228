using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace EdgeFusion.Telemetry;

/// <summary>
/// Sends metrics and activities of this process to a collector: OTLP over HTTP with protobuf. A collector that is away
/// costs nothing but its own data.
/// </summary>
/// <remarks><b>Threading.</b> Threads of its own; create and dispose from one.</remarks>
public sealed class OtlpExport : IDisposable
{
    private const string ServiceName = "edgefusion";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FarewellPatience = TimeSpan.FromSeconds(1);

    private readonly MeterProvider _metrics;
    private readonly TracerProvider _traces;
    private bool _disposed;

    private OtlpExport(OtlpOptions options)
    {
        ResourceBuilder resource = ResourceBuilder.CreateEmpty()
            .AddService(ServiceName, serviceVersion: options.Version, serviceInstanceId: options.Instance)
            .AddAttributes([new("host.name", Environment.MachineName)]);
        var episode = new DeliveryEpisode(options.Changed);
        _metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter([.. options.Meters])
            .AddOtlpExporter((exporter, reader) =>
            {
                Configure(exporter, options, "v1/metrics", episode);
                reader.PeriodicExportingMetricReaderOptions = new PeriodicExportingMetricReaderOptions
                {
                    ExportIntervalMilliseconds = (int)options.Interval.TotalMilliseconds,
                    ExportTimeoutMilliseconds = (int)Patience.TotalMilliseconds,
                };
            })
            .Build();
        _traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .SetSampler(new AlwaysOnSampler())
            .AddSource(options.Source)
            .AddOtlpExporter(exporter => Configure(exporter, options, "v1/traces", episode))
            .Build();
    }

    /// <summary>Begins to send.</summary>
    public static OtlpExport Start(OtlpOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new OtlpExport(options);
    }

    /// <summary>Sends what is left, for a second at most each.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _traces.ForceFlush((int)FarewellPatience.TotalMilliseconds);
        _metrics.ForceFlush((int)FarewellPatience.TotalMilliseconds);
        _traces.Shutdown((int)FarewellPatience.TotalMilliseconds);
        _metrics.Shutdown((int)FarewellPatience.TotalMilliseconds);
        _traces.Dispose();
        _metrics.Dispose();
    }

    private static void Configure(
        OtlpExporterOptions exporter, OtlpOptions options, string path, DeliveryEpisode episode)
    {
        string root = options.Endpoint.AbsoluteUri;
        exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = new Uri((root.EndsWith('/') ? root : root + "/") + path);
        exporter.TimeoutMilliseconds = (int)Patience.TotalMilliseconds;
        exporter.Headers = string.Join(',', options.Headers);
        exporter.HttpClientFactory = () => new HttpClient(new DeliveryHandler(episode)) { Timeout = Patience };
    }
}
