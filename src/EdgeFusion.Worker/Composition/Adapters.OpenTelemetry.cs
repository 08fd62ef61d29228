using EdgeFusion.Telemetry;
using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Live;

namespace EdgeFusion.Worker.Composition;

/// <summary>The exporter on OpenTelemetry; compiled where WithOpenTelemetry is true.</summary>
internal static partial class Adapters
{
    static partial void FindExporter(ref bool has) => has = true;

    static partial void StartExport(WorkerOptions options, Action<string?> changed, ref IDisposable? export) =>
        export = OtlpExport.Start(new OtlpOptions
        {
            Endpoint = new Uri(options.Telemetry.Endpoint),
            Interval = TimeSpan.FromSeconds(options.Telemetry.IntervalSeconds),
            Headers = options.Telemetry.ReadHeaders(),
            Meters = [SessionMetrics.MeterName, "System.Runtime"],
            Source = WindowTraces.SourceName,
            Instance = options.Node,
            Version = Product.Version,
            Changed = changed,
        });
}
