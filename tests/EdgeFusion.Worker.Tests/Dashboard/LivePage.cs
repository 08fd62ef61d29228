using EdgeFusion.Simulator;
using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Dashboard;
using EdgeFusion.Worker.Live;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeFusion.Worker.Tests.Dashboard;

/// <summary>A running worker on the simulated cell with its page, in this process, without a broker.</summary>
internal sealed class LivePage : IAsyncDisposable
{
    private DashboardServer? _server;

    private LivePage(WorkerOptions options) =>
        Session = new LiveSession(options, new LogObserver(NullLogger.Instance));

    public LiveSession Session { get; }

    /// <summary>Base address of the page.</summary>
    public Uri Url => new(_server!.Url);

    /// <summary>Address of the streams.</summary>
    public string Streams => $"ws://127.0.0.1:{Url.Port}/foxglove";

    /// <summary>Sensors of the simulated cell.</summary>
    public static Dictionary<string, SensorOptions> Simulated() => WorkCell.SourceNames.ToDictionary(
        name => name, _ => new SensorOptions { Adapter = "simulator" }, StringComparer.Ordinal);

    public static async Task<LivePage> StartAsync(DashboardOptions? dashboard = null, int explainEvery = 0)
    {
        var page = new LivePage(new WorkerOptions
        {
            Node = "page",
            Sensors = Simulated(),
            Mqtt = new MqttOptions { Adapter = "none" },
            Dashboard = dashboard ?? new DashboardOptions { Port = 0 },
            Explain = new ExplainOptions { Every = explainEvery },
        });
        page.Session.Start();
        page._server = await DashboardServer.StartAsync(
            page.Session, dashboard ?? new DashboardOptions { Port = 0 }, "page", NullLoggerFactory.Instance,
            CancellationToken.None);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Session.Dispose();
    }
}
