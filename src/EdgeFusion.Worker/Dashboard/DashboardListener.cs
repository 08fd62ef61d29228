using System.Net;
using EdgeFusion.Worker.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EdgeFusion.Worker.Dashboard;

/// <summary>Listens, guards the door, and hands admitted requests on. Knows nothing of what is served.</summary>
internal sealed class DashboardListener : IAsyncDisposable
{
    private readonly DashboardOptions _options;
    private readonly DashboardGuard _guard;
    private readonly Func<HttpContext, string, CancellationToken, Task> _serve;
    private readonly CancellationTokenSource _stopping = new();
    private WebApplication? _application;

    /// <param name="options">Where, and who may look.</param>
    /// <param name="serve">Answers an admitted request for a path.</param>
    /// <param name="refused">Told why somebody was not admitted.</param>
    public DashboardListener(
        DashboardOptions options, Func<HttpContext, string, CancellationToken, Task> serve, Action<string> refused)
    {
        _options = options;
        _serve = serve;
        _guard = new DashboardGuard(options, options.ReadToken(), refused);
    }

    /// <summary>Where the page is, e.g. http://127.0.0.1:8600.</summary>
    public string Url { get; private set; } = "";

    /// <summary>Starts listening.</summary>
    /// <exception cref="IOException">The port cannot be had.</exception>
    public async Task StartAsync(CancellationToken stopping)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = 256;
            kestrel.Limits.MaxConcurrentUpgradedConnections = Foxglove.FoxgloveBridge.MostViewers;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);

            // A viewer that does not read is not slow but gone; ours has a limit of its own on each write.
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Parse(_options.Address), _options.Port, listen =>
                listen.Protocols = HttpProtocols.Http1);
        });
        _application = builder.Build();
        _application.UseWebSockets();
        _application.Run(HandleAsync);
        await _application.StartAsync(stopping).ConfigureAwait(false);
        Url = _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!
            .Addresses.First();
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

        _stopping.Dispose();
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
            await _serve(context, context.Request.Path.Value ?? "/", ended.Token).ConfigureAwait(false);
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
}
