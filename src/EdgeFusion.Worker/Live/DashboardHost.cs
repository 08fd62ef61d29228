using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Dashboard;
using Microsoft.Extensions.Logging;

namespace EdgeFusion.Worker.Live;

/// <summary>Owns the page's server and changes its settings while the worker runs.</summary>
/// <remarks><b>Threading.</b> One caller at a time.</remarks>
internal sealed class DashboardHost(LiveSession session, string node, ILoggerFactory logs) : IAsyncDisposable
{
    private DashboardServer? _server;
    private DashboardOptions _options = new() { Enabled = false };

    /// <summary>Where the page is; null where none is served.</summary>
    public string? Url => _server?.Url;

    /// <summary>Starts serving as far as that is asked for and possible.</summary>
    public async Task StartAsync(DashboardOptions options, CancellationToken stopping)
    {
        _options = options;
        _server = await DashboardServer.StartAsync(session, options, node, logs, stopping).ConfigureAwait(false);
    }

    /// <summary>Serves with other settings; where that fails, with the old ones as before.</summary>
    /// <returns>What is wrong; null where nothing is.</returns>
    public async Task<string?> ApplyAsync(DashboardOptions options, CancellationToken stopping)
    {
        if (options.Enabled && session.Recent is null)
        {
            return "Dashboard:Enabled was off at start: the page needs a restart";
        }

        DashboardOptions before = _options;
        await DisposeAsync().ConfigureAwait(false);
        await StartAsync(options, stopping).ConfigureAwait(false);
        if (!options.Enabled || _server is not null)
        {
            return null;
        }

        await StartAsync(before, stopping).ConfigureAwait(false);
        return $"Dashboard: {options.Address}:{options.Port} cannot be had; the page stays as it was";
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is { } server)
        {
            _server = null;
            await server.DisposeAsync().ConfigureAwait(false);
        }
    }
}
