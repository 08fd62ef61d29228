using System.Text.Json.Serialization;
using EdgeFusion.Sensing;
using EdgeFusion.Sensing.Devices;

namespace EdgeFusion.Publishing;

/// <summary>Payload of the status topic.</summary>
internal sealed record StatusPayload(int Schema, string Node, string State, string Epoch, string Version);

/// <summary>Payload of the info topic.</summary>
internal sealed record InfoPayload(
    int Schema, string Node, string Epoch, string Version, ModelPayload Model, EnginePayload? Engine,
    WindowPayload Window, HeadPayload[] Heads,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ContextPayload[]? Context,
    InputPayload[] Inputs, SensorInfoPayload[] Sensors, TopicsPayload Topics);

/// <summary>The model in an info payload.</summary>
internal sealed record ModelPayload(string Name, string Version, string Sha256, string Description);

/// <summary>The engine in an info payload.</summary>
internal sealed record EnginePayload(string Provider, string Device, string Precision);

/// <summary>The window in an info payload.</summary>
internal sealed record WindowPayload(double LengthMs, double HopMs, double DeadlineMs);

/// <summary>A head in an info payload.</summary>
internal sealed record HeadPayload(
    string Name, string Kind, string[] Labels, string[]? Units, string Topic, string Publish);

/// <summary>A context input in an info payload.</summary>
internal sealed record ContextPayload(string Name, string[] Labels);

/// <summary>A model input in an info payload.</summary>
internal sealed record InputPayload(string Modality, string Kind, double RateHz, int[] Shape);

/// <summary>A sensor in an info payload.</summary>
internal sealed record SensorInfoPayload(string Name, string Modality, double RateHz, string Topic);

/// <summary>The other topics in an info payload.</summary>
internal sealed record TopicsPayload(
    string Status, string Heartbeat, string Gaps, string Replay,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string[]? Commands);

/// <summary>Payload of the heartbeat topic.</summary>
internal readonly record struct HeartbeatPayload(
    int Schema, string Node, string Epoch, long Beat, long AtNs, long WallOffsetNs, long Predictions, long? Window,
    long? Seq, Dictionary<string, HeadBeatPayload> Heads, double? LagMs, OutboxPayload Outbox,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] CommandsPayload? Commands);

/// <summary>How far a head has come, in a heartbeat payload.</summary>
internal readonly record struct HeadBeatPayload(long? Seq, long Suppressed);

/// <summary>The outbox in a heartbeat payload.</summary>
internal readonly record struct OutboxPayload(
    long Waiting, long Enqueued, long Published, long Acknowledged, long Unheard, long Evicted, long Dropped,
    long Reconnects, long InMemory, long Replayed);

/// <summary>The commands in a heartbeat payload.</summary>
internal sealed record CommandsPayload(long Received, long Done, long Failed, long Refused);

/// <summary>Answer to a command.</summary>
internal sealed record CommandReplyPayload(
    int Schema, string Command, bool Ok, string? Error, long AtNs,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Correlation);

/// <summary>Payload of the gaps topic: what will never be delivered, and how far earlier runs had come.</summary>
internal sealed record GapsPayload(
    int Schema, string Node, string Epoch, long AtNs, long Total, GapPayload[] Gaps, RunPayload[] Runs);

/// <summary>One range in a gaps payload.</summary>
internal sealed record GapPayload(string Topic, string Epoch, long FromSeq, long ToSeq, string Reason);

/// <summary>One earlier run in a gaps payload.</summary>
internal sealed record RunPayload(string Topic, string Epoch, long FromSeq, long ToSeq);

/// <summary>Payload of a sensor topic.</summary>
internal readonly record struct SensorPayload(
    int Schema, string Node, string Name, string Modality, string State, string Detail, double RateHz, double? AgeMs,
    long AtNs, long Taken, long Rejected, long Overwritten, long Restarts,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DevicePayload? Device,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] AccountPayload? Account,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ZeroPayload? Zero);

/// <summary>What is taken off a force sensor's samples.</summary>
internal sealed record ZeroPayload(long Count, long AfterNs, float[] Offset)
{
    public static ZeroPayload? From(SensorZero? zero) =>
        zero is null ? null : new ZeroPayload(zero.Count, zero.After.Nanoseconds, [.. zero.Offset]);
}

/// <summary>What became of a sensor's samples: captured = used + the sum of dropped.</summary>
internal sealed record AccountPayload(long Captured, long Used, Dictionary<string, long> Dropped)
{
    public static AccountPayload? From(SensorAccount? account)
    {
        if (account is null)
        {
            return null;
        }

        var dropped = new Dictionary<string, long>();
        foreach (SensorCounter reason in account.Reasons)
        {
            dropped[reason.Name] = reason.Value;
        }

        return new AccountPayload(account.Captured, account.Used, dropped);
    }
}

/// <summary>Line and clock of a device in a sensor payload.</summary>
internal sealed record DevicePayload(
    long FramesOk, long CrcBad, long ResyncBytes, long Overrun, long Lost, long Duplicates, long Invalid,
    double ClockDriftPpm, double ClockResidualMs, long ClockResets)
{
    private const double NanosecondsPerMillisecond = 1e6;

    public static DevicePayload? From(DeviceHealth? device) => device is null ? null : new DevicePayload(
        device.Frames.FramesOk, device.Frames.CrcBad, device.Frames.ResyncBytes, device.Frames.Overrun, device.Lost,
        device.Duplicates, device.Invalid, Math.Round(device.DriftPpm, 3),
        Math.Round(device.ClockResidualNanoseconds / NanosecondsPerMillisecond, 6), device.ClockResets);
}

/// <summary>The generated writers: no reflection at run time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StatusPayload))]
[JsonSerializable(typeof(InfoPayload))]
[JsonSerializable(typeof(HeartbeatPayload))]
[JsonSerializable(typeof(SensorPayload))]
[JsonSerializable(typeof(GapsPayload))]
[JsonSerializable(typeof(CommandReplyPayload))]
internal sealed partial class PayloadContext : JsonSerializerContext;
