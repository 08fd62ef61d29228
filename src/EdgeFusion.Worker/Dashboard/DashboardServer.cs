using System.Globalization;
using EdgeFusion.Models;
using EdgeFusion.Sensing;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Dashboard.Foxglove;
using EdgeFusion.Worker.Dashboard.Recordings;
using EdgeFusion.Worker.Live;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EdgeFusion.Worker.Dashboard;

/// <summary>
/// The page of a running worker, its recordings, its health probes and metrics, and its streams for Foxglove, over
/// HTTP. Read-only: no request changes anything.
/// </summary>
/// <remarks>
/// Runs beside the pipeline and never holds it up: it reads counters and rings. When its port is taken the worker runs
/// on without it, and says so.
/// </remarks>
internal sealed partial class DashboardServer : IAsyncDisposable
{
    private const int MostViewers = 32;
    private static readonly TimeSpan SlowestWrite = TimeSpan.FromSeconds(10);

    private readonly LiveSession _session;
    private readonly DashboardListener _listener;
    private readonly DashboardFeed _feed;
    private readonly HealthProbe _health;
    private readonly FoxgloveBridge _foxglove;
    private readonly RecordingPages? _recordings;
    private readonly string _node;

    private DashboardServer(
        LiveSession session, RecentPredictions recent, DashboardOptions options, string node, ILogger logger)
    {
        _session = session;
        _node = node;
        _feed = new DashboardFeed(() => new SnapshotWriter(session, recent, node), logger);
        _health = new HealthProbe(session) { Discreet = options.TokenFile.Length > 0 };
        _foxglove = new FoxgloveBridge(session, recent, node);
        _recordings = options.Recordings.Length > 0
            ? new RecordingPages(
                new RecordingFolder(options.Recordings), new ModelCatalog(ModelPaths.Folder()).Names(),
                besideWorker: true)
            : null;
        _listener = new DashboardListener(options, RouteAsync, reason => Refused(logger, reason));
    }

    /// <summary>Where the page is, e.g. http://127.0.0.1:8600.</summary>
    public string Url => _listener.Url;

    /// <summary>Starts serving; null where the port cannot be had, which is logged.</summary>
    public static async Task<DashboardServer?> StartAsync(
        LiveSession session, DashboardOptions options, string node, ILoggerFactory logs, CancellationToken stopping)
    {
        ILogger logger = logs.CreateLogger("dashboard");
        if (!options.Enabled || session.Recent is not { } recent)
        {
            return null;
        }

        var server = new DashboardServer(session, recent, options, node, logger);
        try
        {
            await server._listener.StartAsync(stopping).ConfigureAwait(false);
            return server;
        }
        catch (IOException fault)
        {
            NoPort(logger, options.Address, options.Port, fault.Message);
            await server.DisposeAsync().ConfigureAwait(false);
            return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync().ConfigureAwait(false);
        _feed.Dispose();
        _foxglove.Dispose();
        _recordings?.Dispose();
    }

    private Task RouteAsync(HttpContext context, string path, CancellationToken ended) => path switch
    {
        "/healthz" => _health.WriteAsync(context.Response, ready: false, ended),
        "/readyz" => _health.WriteAsync(context.Response, ready: true, ended),
        "/metrics" => WriteMetricsAsync(context.Response, ended),
        "/api/info" => WriteInfoAsync(context.Response, ended),
        "/api/live" => StreamAsync(context, ended),
        "/foxglove" => _foxglove.ServeAsync(context, ended),
        _ when path.StartsWith("/api/frame/", StringComparison.Ordinal) =>
            WriteFrameAsync(context.Response, path["/api/frame/".Length..], ended),
        _ => _recordings?.TryServeAsync(context, path, ended) ?? PageFiles.WriteAsync(context, path, ended),
    };

    private Task WriteMetricsAsync(HttpResponse response, CancellationToken ended)
    {
        response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return response.WriteAsync(PrometheusText.Write(_session, _feed.Viewers, _foxglove), ended);
    }

    private Task WriteInfoAsync(HttpResponse response, CancellationToken ended) =>
        Answer.JsonAsync(response, InfoWriter.Write(_session, _node, _recordings is not null), ended);

    private Task WriteFrameAsync(HttpResponse response, string name, CancellationToken ended)
    {
        foreach (SensorHost host in _session.Pipeline.Sensors)
        {
            if (host.Info.Name == name && Thumbnail.Take(host.Ring) is { } picture)
            {
                response.Headers["X-Sequence"] = picture.Sequence.ToString(CultureInfo.InvariantCulture);
                response.Headers["X-Age-Ms"] = (_session.Clock.Now.NanosecondsSince(picture.Capture) / 1_000_000)
                    .ToString(CultureInfo.InvariantCulture);
                return picture.WriteAsync(response, ended);
            }
        }

        return Answer.TextAsync(
            response, StatusCodes.Status404NotFound, "There is no camera of that name, or it has no frame yet.", ended);
    }

    /// <summary>Server-sent events (HTML standard, section 9.2): one snapshot each.</summary>
    private async Task StreamAsync(HttpContext context, CancellationToken ended)
    {
        if (_feed.Viewers >= MostViewers)
        {
            await Answer.TextAsync(
                context.Response, StatusCodes.Status503ServiceUnavailable,
                $"There are {MostViewers} viewers already; close one.", ended).ConfigureAwait(false);
            return;
        }

        context.Response.ContentType = "text/event-stream";
        using DashboardFeed.Subscription subscription = _feed.Subscribe();
        while (!ended.IsCancellationRequested)
        {
            DashboardFeed.Snapshot snapshot = await subscription.NextAsync(ended).ConfigureAwait(false);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(ended);
            patience.CancelAfter(SlowestWrite);
            await context.Response.WriteAsync($"id: {snapshot.Number}\ndata: ", patience.Token).ConfigureAwait(false);
            await context.Response.Body.WriteAsync(snapshot.Json, patience.Token).ConfigureAwait(false);
            await context.Response.WriteAsync("\n\n", patience.Token).ConfigureAwait(false);
            await context.Response.Body.FlushAsync(patience.Token).ConfigureAwait(false);
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "no dashboard: {Address}:{Port} cannot be had ({Reason}); choose another Dashboard:Port")]
    private static partial void NoPort(ILogger logger, string address, int port, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the dashboard refused a viewer: {Reason}")]
    private static partial void Refused(ILogger logger, string reason);
}
