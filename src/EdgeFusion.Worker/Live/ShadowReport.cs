using System.Buffers;
using System.Text.Json;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.OnnxRuntime;
using EdgeFusion.Pipeline;
using EdgeFusion.Predictions;
using EdgeFusion.Publishing;
using EdgeFusion.Time;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Live;

/// <summary>Opens the candidate of a configuration and publishes where it disagrees with the live model.</summary>
internal sealed class ShadowReport(WorkerOptions options)
{
    /// <summary>How long a disagreement is worth delivering.</summary>
    public static readonly TimeSpan Expiry = TimeSpan.FromMinutes(1);

    private readonly string _topic = new NodeTopics(options.Node).Shadow;

    /// <summary>Where disagreements go; null = counted only.</summary>
    public Outbox? Outbox { get; set; }

    /// <summary>The candidate; null where none is configured.</summary>
    public ShadowModel? Shadow { get; private set; }

    /// <summary>Opens the candidate.</summary>
    public ShadowModel? Open(ModelManifest live, PipelineClock clock, OnnxEngineOptions engineOptions)
    {
        if (options.Model.Shadow.Length == 0)
        {
            return null;
        }

        ModelBundle bundle = Engines.OpenBundle(options.Model.Shadow, options.Model.Precision);
        IInferenceEngine engine = Engines.Open(bundle, engineOptions);
        try
        {
            Shadow = new ShadowModel(engine, live, clock, Publish);
            return Shadow;
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    /// <summary>One disagreement as JSON.</summary>
    internal static byte[] Json(string node, Prediction live, Prediction candidate, ShadowModel? counts)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteNumber("schema", 1);
        json.WriteString("node", node);
        json.WriteString("live", live.Manifest.Name);
        json.WriteString("candidate", candidate.Manifest.Name);
        json.WriteNumber("start_ns", live.Start.Nanoseconds);
        json.WriteNumber("end_ns", live.End.Nanoseconds);
        json.WriteStartObject("heads");
        foreach (HeadScores head in live.Heads)
        {
            foreach (HeadScores other in candidate.Heads)
            {
                if (other.Head.Name == head.Head.Name && head.Head.Kind == HeadKind.Classification
                    && other.Head.Kind == HeadKind.Classification)
                {
                    Write(json, head, other);
                }
            }
        }

        json.WriteEndObject();
        json.WriteNumber("compared", counts?.Compared ?? 0);
        json.WriteNumber("disagreeing", counts?.Disagreeing ?? 0);
        json.WriteNumber("skipped", counts?.Skipped ?? 0);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, HeadScores live, HeadScores candidate)
    {
        json.WriteStartObject(live.Head.Name);
        json.WriteString("live", live.BestLabel);
        json.WriteNumber("live_score", live.Values[live.Best]);
        json.WriteString("candidate", candidate.BestLabel);
        json.WriteNumber("candidate_score", candidate.Values[candidate.Best]);
        json.WriteEndObject();
    }

    private void Publish(Prediction live, Prediction candidate) => Outbox?.Enqueue(new PublishMessage(
        _topic, Json(options.Node, live, candidate, Shadow), QualityOfService.AtMostOnce, Retain: false, Expiry,
        PublishMessage.Json));
}
