using System.Collections.Immutable;
using EdgeFusion.Publishing;
using EdgeFusion.Recording;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Configuration;
using Microsoft.Extensions.Logging;

namespace EdgeFusion.Worker.Live;

/// <summary>
/// Takes over a changed configuration file while the worker runs: what is wrong refuses all of it and the old one
/// stays; what cannot change live is named and waits for a restart.
/// </summary>
/// <remarks><b>Threading.</b> Any thread; one at a time, the others wait.</remarks>
internal sealed partial class ConfigurationReload(
    string path, WorkerOptions started, LiveSession session, DashboardHost dashboard, LogSwitch log, ILogger logger)
    : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly WorkerOptions _started = started;
    private WorkerOptions _applied = started;

    /// <summary>What became of the latest attempt; null before the first.</summary>
    public ReloadResult? Last { get; private set; }

    /// <summary>Reads the file again and applies what changed. Never throws for what stands in it.</summary>
    /// <param name="trigger">Who asked, for the log.</param>
    /// <param name="stopping">Ends the wait for another attempt.</param>
    public async Task<ReloadResult> ReloadAsync(string trigger, CancellationToken stopping)
    {
        await _turn.WaitAsync(stopping).ConfigureAwait(false);
        try
        {
            ReloadResult result = await TryApplyAsync(stopping).ConfigureAwait(false);
            Last = result;
            session.Notice = result.Accepted ? result.Reason : "new configuration refused: " + result.Reason;
            Tell(trigger, result);
            return result;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task<ReloadResult> TryApplyAsync(CancellationToken stopping)
    {
        try
        {
            return await ApplyAsync(WorkerConfiguration.Load(path), stopping).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is EdgeFusionException or IOException or UnauthorizedAccessException)
        {
            return new ReloadResult(false, fault.Message, [], []);
        }
    }

    private async Task<ReloadResult> ApplyAsync(WorkerOptions next, CancellationToken stopping)
    {
        List<string> changes = OptionChanges.Between(_applied, next).FindAll(ReloadRules.IsLive);

        // Everything that may be refused comes first; the change of the model last of it, for it cannot be tried.
        next.Dashboard.ReadToken();
        PredictionRule[] rules = RecordingOutputs.Rules(next.Recording.BlackBox.Rules, session.Pipeline.Manifest);
        PredictionPublisher.Check(session.Pipeline.Manifest, HeadPolicies.From(next.Mqtt.Heads));
        CheckContext(next);
        if (session.Models.Differs(next.Model))
        {
            SwitchResult switched = await Task.Run(() => session.Models.Switch(next.Model), stopping)
                .ConfigureAwait(false);
            if (!switched.Done)
            {
                throw new ConfigurationException($"Model: {switched.Reason}");
            }

            changes.RemoveAll(key => key.StartsWith("Model:", StringComparison.Ordinal));
            changes.Add($"Model ({switched.Name} {switched.Version})");
        }

        log.Level = LogSwitch.Of(next.Log);
        session.Apply(next, rules, section => changes.Exists(Of(section)));
        string? problem = changes.Exists(Of("Dashboard"))
            ? await dashboard.ApplyAsync(next.Dashboard, stopping).ConfigureAwait(false)
            : null;
        _applied = problem is null ? next : next with { Dashboard = _applied.Dashboard };
        List<string> waiting = OptionChanges.Between(_started, next).FindAll(key => !ReloadRules.IsLive(key));
        return new ReloadResult(true, problem, [.. changes], [.. waiting]);
    }

    private static Predicate<string> Of(string section) =>
        key => key == section || key.StartsWith(section + ":", StringComparison.Ordinal);

    private void CheckContext(WorkerOptions next)
    {
        ImmutableArray<string> faults =
            EdgeFusion.Pipeline.ContextSource.Check(session.Pipeline.Manifest, LiveSession.ContextOf(next));
        if (!faults.IsEmpty)
        {
            throw new ConfigurationException("Context:" + string.Join("; Context:", faults));
        }
    }

    private void Tell(string trigger, ReloadResult result)
    {
        if (!result.Accepted)
        {
            Refused(trigger, result.Reason ?? "");
            return;
        }

        Accepted(trigger, result.Applied.IsEmpty ? "nothing changed" : string.Join(", ", result.Applied));
        if (!result.NeedRestart.IsEmpty)
        {
            Waiting(string.Join(", ", result.NeedRestart));
        }

        if (result.Reason is { } reason)
        {
            Partly(reason);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "configuration read again ({Trigger}): {Applied}")]
    private partial void Accepted(string trigger, string applied);

    [LoggerMessage(Level = LogLevel.Warning, Message = "these keys have changed and wait for a restart: {Keys}")]
    private partial void Waiting(string keys);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem}")]
    private partial void Partly(string problem);

    [LoggerMessage(
        Level = LogLevel.Error, Message = "the new configuration is refused ({Trigger}), the old one stays: {Reason}")]
    private partial void Refused(string trigger, string reason);
}
