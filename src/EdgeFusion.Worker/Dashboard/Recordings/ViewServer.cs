using System.Collections.Immutable;
using System.Text;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Configuration;
using Microsoft.AspNetCore.Http;

namespace EdgeFusion.Worker.Dashboard.Recordings;

/// <summary>The page without a running worker: recordings only.</summary>
internal sealed class ViewServer : IAsyncDisposable
{
    private readonly RecordingPages _pages;
    private readonly DashboardListener _listener;

    private ViewServer(DashboardOptions options, ImmutableArray<string> models)
    {
        _pages = new RecordingPages(new RecordingFolder(options.Recordings), models, besideWorker: false);
        _listener = new DashboardListener(options, RouteAsync, _ => { });
    }

    /// <summary>Where the page is.</summary>
    public string Url => _listener.Url;

    /// <summary>Starts serving.</summary>
    /// <exception cref="ConfigurationException">There are no recordings, or the port cannot be had.</exception>
    public static async Task<ViewServer> StartAsync(
        DashboardOptions options, ImmutableArray<string> models, CancellationToken stopping)
    {
        var server = new ViewServer(options, models);
        try
        {
            await server._listener.StartAsync(stopping).ConfigureAwait(false);
            return server;
        }
        catch (IOException fault)
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw new ConfigurationException(
                $"{options.Address}:{options.Port} cannot be had ({fault.Message}); choose another --port.", fault);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync().ConfigureAwait(false);
        _pages.Dispose();
    }

    private Task RouteAsync(HttpContext context, string path, CancellationToken ended) => path == "/api/info"
        ? Answer.JsonAsync(
            context.Response,
            Encoding.UTF8.GetBytes($$"""{"live":false,"recordings":true,"version":"{{Product.Version}}"}"""), ended)
        : _pages.TryServeAsync(context, path, ended) ?? PageFiles.WriteAsync(context, path, ended);
}
