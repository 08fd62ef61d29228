using System.Globalization;
using System.Net;
using EdgeFusion.Sensing;
using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Live;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EdgeFusion.Worker.Dashboard;

/// <summary>
/// The page of a running worker, its health probes and its metrics, over HTTP. Read-only: no request changes anything.
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
    private readonly DashboardGuard _guard;
    private readonly DashboardFeed _feed;
    private readonly HealthProbe _health;
    private readonly RecentPredictions _recent;
    private readonly string _node;
    private readonly CancellationTokenSource _stopping = new();
    private WebApplication? _application;

    private DashboardServer(
        LiveSession session, RecentPredictions recent, DashboardOptions options, string node, ILogger logger)
    {
        _session = session;
        _recent = recent;
        _node = node;
        _guard = new DashboardGuard(options, options.ReadToken());
        _feed = new DashboardFeed(() => new SnapshotWriter(session, recent, node), logger);
        _health = new HealthProbe(session) { Discreet = options.TokenFile.Length > 0 };
    }

    /// <summary>Where the page is, e.g. http://127.0.0.1:8600.</summary>
    public string Url { get; private set; } = "";

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
            await server.ListenAsync(options, stopping).ConfigureAwait(false);
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
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_application is not null)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await _application.StopAsync(patience.Token).ConfigureAwait(false);
            await _application.DisposeAsync().ConfigureAwait(false);
        }

        _feed.Dispose();
        _stopping.Dispose();
    }

    private async Task ListenAsync(DashboardOptions options, CancellationToken stopping)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = 256;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);

            // A viewer that does not read is not slow but gone; ours has a limit of its own on each write.
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Parse(options.Address), options.Port, listen =>
                listen.Protocols = HttpProtocols.Http1);
        });
        _application = builder.Build();
        _application.Run(HandleAsync);
        await _application.StartAsync(stopping).ConfigureAwait(false);
        Url = _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!
            .Addresses.First();
    }

    private async Task HandleAsync(HttpContext context)
    {
        if (!_guard.Admit(context))
        {
            if (DashboardGuard.Reason(context) is { } reason)
            {
                await context.Response.WriteAsync(reason + "\n", context.RequestAborted).ConfigureAwait(false);
            }

            return;
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping.Token);
        try
        {
            await RouteAsync(context, ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The viewer or the worker has gone.
        }
        catch (IOException)
        {
            // The connection broke.
        }
    }

    private Task RouteAsync(HttpContext context, CancellationToken ended)
    {
        string path = context.Request.Path.Value ?? "/";
        return path switch
        {
            "/healthz" => _health.WriteAsync(context.Response, ready: false, ended),
            "/readyz" => _health.WriteAsync(context.Response, ready: true, ended),
            "/metrics" => WriteMetricsAsync(context.Response, ended),
            "/api/info" => WriteInfoAsync(context.Response, ended),
            "/api/live" => StreamAsync(context, ended),
            _ when path.StartsWith("/api/frame/", StringComparison.Ordinal) =>
                WriteFrameAsync(context.Response, path["/api/frame/".Length..], ended),
            _ => PageFiles.WriteAsync(context, path, ended),
        };
    }

    private Task WriteMetricsAsync(HttpResponse response, CancellationToken ended)
    {
        response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return response.WriteAsync(PrometheusText.Write(_session, _feed.Viewers), ended);
    }

    private Task WriteInfoAsync(HttpResponse response, CancellationToken ended)
    {
        response.ContentType = "application/json";
        return response.Body.WriteAsync(InfoWriter.Write(_session, _node), ended).AsTask();
    }

    private Task WriteFrameAsync(HttpResponse response, string name, CancellationToken ended)
    {
        foreach (SensorHost host in _session.Pipeline.Sensors)
        {
            if (host.Info.Name == name && Thumbnail.Take(host.Ring) is { } picture)
            {
                response.ContentType = "application/octet-stream";
                response.Headers["X-Width"] = picture.Width.ToString(CultureInfo.InvariantCulture);
                response.Headers["X-Height"] = picture.Height.ToString(CultureInfo.InvariantCulture);
                response.Headers["X-Sequence"] = picture.Sequence.ToString(CultureInfo.InvariantCulture);
                response.Headers["X-Age-Ms"] = (_session.Clock.Now.NanosecondsSince(picture.Capture) / 1_000_000)
                    .ToString(CultureInfo.InvariantCulture);
                return response.Body.WriteAsync(picture.Rgb, ended).AsTask();
            }
        }

        response.StatusCode = StatusCodes.Status404NotFound;
        return response.WriteAsync("There is no camera of that name, or it has no frame yet.\n", ended);
    }

    /// <summary>Server-sent events (HTML standard, section 9.2): one snapshot each.</summary>
    private async Task StreamAsync(HttpContext context, CancellationToken ended)
    {
        if (_feed.Viewers >= MostViewers)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await context.Response.WriteAsync($"There are {MostViewers} viewers already; close one.\n", ended)
                .ConfigureAwait(false);
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
}
