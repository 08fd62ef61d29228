using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Publishing.Policies;

namespace EdgeFusion.Publishing;

/// <summary>Describes a node for its info topic. Pure.</summary>
internal static class NodeInfo
{
    private const double NanosecondsPerMillisecond = 1e6;

    public static InfoPayload Describe(
        ModelManifest manifest, EngineInfo? engine, IReadOnlyList<ISensorHealth> sensors,
        HeadPublishOptions[] policies, NodeTopics topics, PredictionPublisherOptions options,
        IReadOnlyList<string> commands) => new(
            PredictionFormat.SchemaVersion,
            options.Node,
            PredictionFormat.EpochText(options.Epoch),
            options.Version,
            new ModelPayload(manifest.Name, manifest.Version, manifest.Sha256, manifest.Description),
            engine is null ? null : new EnginePayload(engine.Provider, engine.Device, engine.Precision),
            new WindowPayload(
                manifest.Window.LengthNanoseconds / NanosecondsPerMillisecond,
                manifest.Window.HopNanoseconds / NanosecondsPerMillisecond,
                manifest.Window.DeadlineNanoseconds / NanosecondsPerMillisecond),
            Heads(manifest, policies, topics),
            manifest.Context.IsEmpty
                ? null
                : Array.ConvertAll<ContextInput, ContextPayload>(
                    [.. manifest.Context], context => new ContextPayload(context.Name, [.. context.Labels])),
            Array.ConvertAll<ModelInput, InputPayload>([.. manifest.Inputs], Input),
            Array.ConvertAll<ISensorHealth, SensorInfoPayload>([.. sensors], sensor => Sensor(sensor, topics)),
            new TopicsPayload(
                topics.Status, topics.Heartbeat, topics.Gaps, topics.ReplayRequest,
                commands.Count == 0 ? null : Array.ConvertAll<string, string>([.. commands], topics.Command)));

    private static HeadPayload[] Heads(ModelManifest manifest, HeadPublishOptions[] policies, NodeTopics topics)
    {
        var heads = new HeadPayload[policies.Length];
        for (int i = 0; i < heads.Length; i++)
        {
            heads[i] = Head(manifest.Heads[i], policies[i], topics);
        }

        return heads;
    }

    private static HeadPayload Head(ModelHead head, HeadPublishOptions policy, NodeTopics topics) => new(
        head.Name,
        head.Kind == HeadKind.Classification ? "classification" : "regression",
        [.. head.Labels],
        head.Units.IsEmpty ? null : [.. head.Units],
        topics.Prediction(head.Name),
        policy.Word);

    private static InputPayload Input(ModelInput input) => new(
        input.Modality,
        input.Kind switch
        {
            InputKind.Frames => "frames",
            InputKind.Audio => "audio",
            _ => "vector",
        },
        input.RateHz,
        [.. input.Shape]);

    private static SensorInfoPayload Sensor(ISensorHealth sensor, NodeTopics topics) =>
        new(sensor.Info.Name, sensor.Info.Modality, sensor.Info.RateHz, topics.Sensor(sensor.Info.Name));
}
