using System.Diagnostics;
using System.Globalization;
using EdgeFusion.Simulator;
using EdgeFusion.Soak.Devices;
using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Dashboard;
using EdgeFusion.Worker.Live;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeFusion.Soak.Page;

/// <summary>
/// What looking at a worker costs: processor time of the threads that serve the page, beside one viewer and beside
/// none, and the windows' latency beside ten viewers that do not read and beside none. The two sides of each comparison
/// take turns every few seconds, so that other programs disturb both alike.
/// </summary>
internal sealed class PageGate : IAsyncDisposable
{
    private const int Slow = 10;
    private const double Percentile = 0.99;

    /// <summary>All that is not ours to name: the pool, sockets, timers, the collector. Sensors, fusion and sinks have
    /// names of their own.</summary>
    private const string RuntimeThreads = ".NET ";

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);

    private readonly LiveSession _session;
    private readonly TotalTimes _totals = new();
    private DashboardServer? _server;

    private PageGate()
    {
        _session = new LiveSession(
            new WorkerOptions
            {
                Sensors = WorkCell.SourceNames.ToDictionary(
                    name => name, _ => new SensorOptions { Adapter = "simulator" }, StringComparer.Ordinal),
                Mqtt = new MqttOptions { Adapter = "none" },
                Dashboard = new DashboardOptions { Port = 0 },
            },
            new LogObserver(NullLogger.Instance));
        _session.Pipeline.AddSink(_totals);
    }

    /// <summary>Measures.</summary>
    public static async Task<IReadOnlyList<Verdict>> RunAsync(PagePlan plan)
    {
        await using var gate = new PageGate();
        gate._session.Start();
        gate._server = await DashboardServer.StartAsync(
            gate._session, new DashboardOptions { Port = 0 }, "soak", NullLoggerFactory.Instance,
            CancellationToken.None);
        return [gate.OneViewer(plan), gate.SlowOnes(plan)];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _session.Dispose();
    }

    private Verdict OneViewer(PagePlan plan)
    {
        Thread.Sleep(WarmUp);
        var costs = new List<double>();
        for (int round = 0; round < plan.Rounds; round++)
        {
            double without = Percent(PagePlan.Part);
            double with;
            using (StartViewer())
            {
                with = Percent(PagePlan.Part);
            }

            // The first viewer pays for compiling what serves it.
            if (round > 0)
            {
                costs.Add(with - without);
            }
        }

        costs.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"  one viewer: {costs[0]:F2} to {costs[^1]:F2} % of a core by round"));
        return Verdict.AtMost(
            "one viewer: CPU of the page, median", costs[costs.Count / 2], Budgets.PageCpuPercent, "%");
    }

    private Verdict SlowOnes(PagePlan plan)
    {
        var alone = new List<double>();
        var beside = new List<double>();
        for (int round = 0; round < plan.Rounds; round++)
        {
            Collect(alone);
            using var viewers = new SlowViewers(Slow, new Uri(_server!.Url).Port);
            Collect(beside);
        }

        _totals.CollectInto(null);
        alone.Sort();
        beside.Sort();
        (double before, double after) = (At(alone, Percentile), At(beside, Percentile));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  windows: p50 {At(alone, 0.5):F2} and {At(beside, 0.5):F2} ms, p99 {before:F2} and {after:F2} ms "
            + $"({alone.Count} alone, {beside.Count} beside {Slow} viewers that do not read)"));
        return Verdict.AtMost(
            $"{Slow} slow viewers: change of window p99", 100 * ((after / before) - 1), Budgets.SlowViewersPercent,
            "%");
    }

    private void Collect(List<double> into)
    {
        _totals.CollectInto(into);
        Thread.Sleep(PagePlan.Part);
        _totals.CollectInto(null);
    }

    private static double At(List<double> sorted, double fraction) =>
        sorted[Math.Min(sorted.Count - 1, (int)(fraction * sorted.Count))];

    /// <summary>Processor time of the runtime's threads in percent of one core.</summary>
    private static double Percent(TimeSpan time)
    {
        long before = Nanoseconds();
        long begin = Stopwatch.GetTimestamp();
        Thread.Sleep(time);
        return 100 * (Nanoseconds() - before) / Stopwatch.GetElapsedTime(begin).TotalNanoseconds;
    }

    private static long Nanoseconds() => ThreadTimes.Read()
        .Where(thread => thread.Key.StartsWith(RuntimeThreads, StringComparison.Ordinal)).Sum(thread => thread.Value);

    private RigViewer StartViewer() => new(_server!.Url);

    /// <summary>The viewer's process.</summary>
    private sealed class RigViewer : IDisposable
    {
        private readonly Process _process;

        public RigViewer(string url)
        {
            _process = Process.Start(new ProcessStartInfo(
                "dotnet", ["exec", typeof(PageGate).Assembly.Location, PageViewer.Verb, url])
            {
                RedirectStandardOutput = true,
            })!;
            _process.StandardOutput.ReadLine();
        }

        public void Dispose()
        {
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }
    }
}
