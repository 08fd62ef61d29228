using System.Collections.Concurrent;
using EdgeFusion.Diagnostics;
using EdgeFusion.Models;
using EdgeFusion.Publishing;
using EdgeFusion.Publishing.Commands;
using EdgeFusion.Publishing.Durable;
using EdgeFusion.Sensing;
using Microsoft.Extensions.Logging;

namespace EdgeFusion.Worker.Live;

/// <summary>Writes changes of state to the log: one line per episode, a summary where they follow each other.</summary>
internal sealed partial class LogObserver : IPipelineObserver, IOutboxObserver
{
    private const int ShownHash = 12;

    private readonly ILogger _logger;
    private readonly LineLimit _sensorLines;
    private readonly ConcurrentDictionary<string, SensorState> _states = new(StringComparer.Ordinal);

    public LogObserver(ILogger logger)
    {
        _logger = logger;
        _sensorLines = new LineLimit(
            TimeProvider.System, (name, omitted) => SensorFlaps(name, omitted, _states.GetValueOrDefault(name)));
    }

    /// <summary>Told when a sensor fails or falls silent; must return quickly. Null (default) = nobody.</summary>
    public Action<SensorInfo, SensorState>? SensorFailed { get; set; }

    public void SensorChanged(SensorInfo sensor, SensorState from, SensorState to, string reason)
    {
        bool bad = to is SensorState.Faulted or SensorState.Stale;
        if (bad)
        {
            SensorFailed?.Invoke(sensor, to);
        }

        _states[sensor.Name] = to;
        if (!_sensorLines.Admits(sensor.Name))
        {
            return;
        }

        if (bad)
        {
            SensorBad(sensor.Name, to, reason);
        }
        else
        {
            SensorGood(sensor.Name, to, reason);
        }
    }

    public void SensorTared(SensorInfo sensor, SensorZero zero) => SensorZeroed(sensor.Name, zero);

    public void SkippingChanged(bool skipping, long skippedSoFar)
    {
        if (skipping)
        {
            SkippingBegan(skippedSoFar);
        }
        else
        {
            SkippingEnded(skippedSoFar);
        }
    }

    public void EngineChanged(string? failure)
    {
        if (failure is null)
        {
            EngineWorks();
        }
        else
        {
            EngineFails(failure);
        }
    }

    public void ModelChanged(ModelManifest from, ModelManifest to, string? reason)
    {
        string before = from.Sha256.Length > ShownHash ? from.Sha256[..ShownHash] : from.Sha256;
        string now = to.Sha256.Length > ShownHash ? to.Sha256[..ShownHash] : to.Sha256;
        if (reason is null)
        {
            ModelTaken(to.Name, to.Version, now, from.Name, from.Version, before);
        }
        else
        {
            ModelReturned(from.Name, from.Version, before, reason, to.Name, to.Version, now);
        }
    }

    /// <summary>The collector of metrics cannot be reached (why), or can again (null).</summary>
    public void CollectorChanged(string? problem)
    {
        if (problem is null)
        {
            CollectorWorks();
        }
        else
        {
            CollectorFails(problem);
        }
    }

    public void SinkChanged(string sink, string? problem)
    {
        if (problem is null)
        {
            SinkWorks(sink);
        }
        else
        {
            SinkFails(sink, problem);
        }
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "model {Name} {Version} ({Hash}) answers from the next window on, after {From} {FromVersion} "
            + "({FromHash})")]
    private partial void ModelTaken(
        string name, string version, string hash, string from, string fromVersion, string fromHash);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "model {Name} {Version} ({Hash}) is taken back: {Reason}; {To} {ToVersion} ({ToHash}) answers again")]
    private partial void ModelReturned(
        string name, string version, string hash, string reason, string to, string toVersion, string toHash);

    [LoggerMessage(Level = LogLevel.Information, Message = "connected to {Target}; {Waiting} messages waited for it")]
    public partial void Connected(string target, long waiting);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "no connection to {Target}: {Reason}; trying again until it answers")]
    public partial void Disconnected(string target, string reason);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "the outbox is full ({Waiting} messages): the oldest are dropped and counted")]
    public partial void Overflowing(long waiting);

    [LoggerMessage(Level = LogLevel.Information, Message = "the outbox has drained; {Dropped} messages were lost")]
    public partial void OverflowEnded(long dropped);

    public void Recovered(OutboxRecovery recovery)
    {
        if (recovery.IsDamaged)
        {
            LogDamaged(recovery.LostRecords, recovery.DamagedBytes, recovery.Waiting);
        }
        else if (recovery.Waiting > 0)
        {
            LogRead(recovery.Waiting);
        }
    }

    public void StorageChanged(string? problem)
    {
        if (problem is null)
        {
            StorageWorks();
        }
        else
        {
            StorageFails(problem);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Waiting} messages of an earlier run wait to be sent")]
    private partial void LogRead(long waiting);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "the outbox's log is damaged: {Lost} records are missing, {Bytes} bytes cannot be read; "
            + "{Waiting} messages of an earlier run wait to be sent")]
    private partial void LogDamaged(long lost, long bytes, long waiting);

    [LoggerMessage(Level = LogLevel.Information, Message = "the outbox's log works again")]
    private partial void StorageWorks();

    [LoggerMessage(Level = LogLevel.Error, Message = "{Problem}")]
    private partial void StorageFails(string problem);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "a message on {Topic} was refused: {Reason}; it is counted and given up. Check the broker's access "
            + "list and limits")]
    public partial void Refused(string topic, string reason);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "the broker does not let this node take requests: {Reason}; nobody can ask for replays or give "
            + "commands. Check its access list")]
    public partial void Deafened(string reason);

    public void CommandRefused(string topic, CommandRefusal reason, long refused) =>
        CommandTurnedDown(TopicName.Path(topic), reason, refused);

    public void CommandCarriedOut(string verb, string? fault)
    {
        if (fault is null)
        {
            CommandDone(verb);
        }
        else
        {
            CommandFailed(verb, fault);
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "a command on {Topic} was refused: {Reason} ({Refused} refused so far)")]
    private partial void CommandTurnedDown(string topic, CommandRefusal reason, long refused);

    [LoggerMessage(Level = LogLevel.Information, Message = "command {Verb}: done")]
    private partial void CommandDone(string verb);

    [LoggerMessage(Level = LogLevel.Warning, Message = "command {Verb} could not be carried out: {Fault}")]
    private partial void CommandFailed(string verb, string fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "sensor {Name} is {State}: {Reason}")]
    private partial void SensorBad(string name, SensorState state, string reason);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "sensor {Name} comes and goes: {Omitted} changes in 10 s are not in the log; now it is {State}")]
    private partial void SensorFlaps(string name, long omitted, SensorState state);

    [LoggerMessage(Level = LogLevel.Information, Message = "sensor {Name} is {State}: {Reason}")]
    private partial void SensorGood(string name, SensorState state, string reason);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "sensor {Name} has a new zero, taken off from now on: {Zero}")]
    private partial void SensorZeroed(string name, SensorZero zero);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "windows are skipped: the model is slower than the hop, or this machine is busy ({Skipped} so far)")]
    private partial void SkippingBegan(long skipped);

    [LoggerMessage(Level = LogLevel.Information, Message = "no windows are skipped any more ({Skipped} so far)")]
    private partial void SkippingEnded(long skipped);

    [LoggerMessage(Level = LogLevel.Error, Message = "the engine fails: {Failure}")]
    private partial void EngineFails(string failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "the engine works again")]
    private partial void EngineWorks();

    [LoggerMessage(Level = LogLevel.Warning, Message = "no telemetry: {Problem}; trying again at each interval")]
    private partial void CollectorFails(string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "the collector takes telemetry")]
    private partial void CollectorWorks();

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Sink} loses data: {Problem}")]
    private partial void SinkFails(string sink, string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Sink} works again")]
    private partial void SinkWorks(string sink);
}
