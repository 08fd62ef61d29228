using System.Runtime.InteropServices;
using EdgeFusion.Pipeline;
using EdgeFusion.Sensing;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Dashboard;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeFusion.Worker.Live;

/// <summary>The hosted worker: starts a session, waits, stops it within the host's grace time.</summary>
internal sealed partial class FusionWorker(
    WorkerOptions options, LogObserver observer, ILogger<FusionWorker> logger, ILoggerFactory logs,
    SessionHolder holder, LogSwitch level) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        LiveSession session = holder.Open(options, observer);
        try
        {
            session.Start();
            Started(
                options.Node, session.Pipeline.Manifest.Name, session.Engine.Info.Provider, session.Engine.Info.Device,
                session.Pipeline.Sensors.Length, Product.Version);
            if (session.Engine.Info.FallbackReason is { } reason)
            {
                FellBack(session.Engine.Info.Provider, reason);
            }

            await using var dashboard = new DashboardHost(session, options.Node, logs);
            await dashboard.StartAsync(options.Dashboard, stoppingToken).ConfigureAwait(false);
            holder.Dashboard.TrySetResult(dashboard.Url);
            if (dashboard.Url is { } url)
            {
                Serving(url);
            }

            using ConfigurationReload? reload = holder.ConfigurationPath is { } path
                ? new ConfigurationReload(
                    path, options, session, dashboard, level, logs.CreateLogger("configuration"))
                : null;
            holder.Reload = reload;
            session.Reload = reload is null ? null : () => Reload(reload, stoppingToken);
            using PosixSignalRegistration? hangUp = ReloadOnHangUp(reload, stoppingToken);
            await using ServiceManager? manager = ServiceManager.Connect(
                new HealthProbe(session), Environment.GetEnvironmentVariable);
            await Task.Delay(Timeout.Infinite, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            session.Dispose();
            Stopped(session.Pipeline.Windows, session.Pipeline.Skips);
            foreach (SensorHost sensor in session.Pipeline.Sensors)
            {
                Report(sensor.Account);
            }

            if (session.Pipeline.SkippedExplanations > 0)
            {
                Unexplained(session.Pipeline.SkippedExplanations);
            }

            if (session.Shadow is { } shadow)
            {
                Shadowed(shadow.Name, shadow.Compared, shadow.Disagreeing, shadow.Skipped, shadow.Failed);
            }

            if (session.Recorder is { Lost: > 0 } recorder)
            {
                Incomplete(recorder.Lost, recorder.Written);
            }
        }
    }

    /// <summary>SIGHUP reads the configuration again, as it does for most services; without a file it ends the
    /// worker as ever.</summary>
    private static PosixSignalRegistration? ReloadOnHangUp(ConfigurationReload? reload, CancellationToken stopping) =>
        reload is null
            ? null
            : PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
            {
                context.Cancel = true;
                _ = reload.ReloadAsync("SIGHUP", stopping);
            });

    /// <summary>For commands, which have a thread of their own to wait on. What is wrong stands in the log: it names
    /// files and values, which are nothing for whoever may give commands.</summary>
    private static string? Reload(ConfigurationReload reload, CancellationToken stopping)
    {
        ReloadResult result = reload.ReloadAsync("command", stopping).GetAwaiter().GetResult();
        return result.Accepted ? null : "the new configuration was not taken over; the node's log says why";
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "node {Node}: model {Model} on {Provider} {Device}, {Sensors} sensors, version {Version}")]
    private partial void Started(
        string node, string model, string provider, string device, int sensors, string version);

    private void Report(SensorAccount account)
    {
        if (account.Unaccounted == 0)
        {
            Accounted(account);
        }
        else
        {
            Unaccounted(account, account.Unaccounted);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Account}")]
    private partial void Accounted(SensorAccount account);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Account}; {Missing} are unaccounted for")]
    private partial void Unaccounted(SensorAccount account, long missing);

    [LoggerMessage(Level = LogLevel.Information, Message = "dashboard on {Url}")]
    private partial void Serving(string url);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "candidate {Name}: {Compared} windows compared, {Disagreeing} differ ({Skipped} skipped, {Failed} "
            + "failed)")]
    private partial void Shadowed(string name, long compared, long disagreeing, long skipped, long failed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "running on {Provider}: {Reason}")]
    private partial void FellBack(string provider, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "stopped after {Windows} windows, {Skips}")]
    private partial void Stopped(long windows, WindowSkips skips);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "{Skipped} windows were not explained: the next window was too near; see Explain:Every")]
    private partial void Unexplained(long skipped);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "the recording lacks {Lost} samples and predictions; it holds {Written}")]
    private partial void Incomplete(long lost, long written);
}

/// <summary>Opens the session before the host starts, so that a wrong configuration is a message and not a
/// crash.</summary>
internal sealed class SessionHolder : IDisposable
{
    public LiveSession? Session { get; private set; }

    /// <summary>The file that SIGHUP reads again; null where there is none (the demo).</summary>
    public string? ConfigurationPath { get; set; }

    /// <summary>Takes over changed configurations while the worker runs; null where there is no file.</summary>
    public ConfigurationReload? Reload { get; set; }

    /// <summary>Where the page is, once it is served; null when it is not.</summary>
    public TaskCompletionSource<string?> Dashboard { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LiveSession Open(WorkerOptions options, LogObserver observer) =>
        Session ??= new LiveSession(options, observer);

    public void Dispose() => Session?.Dispose();
}
