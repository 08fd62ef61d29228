using System.Text.Json;

namespace EdgeFusion.Publishing;

/// <summary>The field names of a prediction, encoded once.</summary>
internal static class PredictionFields
{
    public static readonly JsonEncodedText Schema = JsonEncodedText.Encode("schema");
    public static readonly JsonEncodedText Node = JsonEncodedText.Encode("node");
    public static readonly JsonEncodedText Head = JsonEncodedText.Encode("head");
    public static readonly JsonEncodedText Heads = JsonEncodedText.Encode("heads");
    public static readonly JsonEncodedText Kind = JsonEncodedText.Encode("kind");
    public static readonly JsonEncodedText Epoch = JsonEncodedText.Encode("epoch");
    public static readonly JsonEncodedText Seq = JsonEncodedText.Encode("seq");
    public static readonly JsonEncodedText Window = JsonEncodedText.Encode("window");
    public static readonly JsonEncodedText Index = JsonEncodedText.Encode("index");
    public static readonly JsonEncodedText StartNs = JsonEncodedText.Encode("start_ns");
    public static readonly JsonEncodedText EndNs = JsonEncodedText.Encode("end_ns");
    public static readonly JsonEncodedText Outcome = JsonEncodedText.Encode("outcome");
    public static readonly JsonEncodedText PublishedNs = JsonEncodedText.Encode("published_ns");
    public static readonly JsonEncodedText Model = JsonEncodedText.Encode("model");
    public static readonly JsonEncodedText Publication = JsonEncodedText.Encode("publication");
    public static readonly JsonEncodedText Reason = JsonEncodedText.Encode("reason");
    public static readonly JsonEncodedText Prediction = JsonEncodedText.Encode("prediction");
    public static readonly JsonEncodedText Suppressed = JsonEncodedText.Encode("suppressed");
    public static readonly JsonEncodedText Event = JsonEncodedText.Encode("event");
    public static readonly JsonEncodedText Id = JsonEncodedText.Encode("id");
    public static readonly JsonEncodedText Windows = JsonEncodedText.Encode("windows");
    public static readonly JsonEncodedText TopScore = JsonEncodedText.Encode("top_score");
    public static readonly JsonEncodedText Name = JsonEncodedText.Encode("name");
    public static readonly JsonEncodedText Version = JsonEncodedText.Encode("version");
    public static readonly JsonEncodedText Sha256 = JsonEncodedText.Encode("sha256");
    public static readonly JsonEncodedText Engine = JsonEncodedText.Encode("engine");
    public static readonly JsonEncodedText Provider = JsonEncodedText.Encode("provider");
    public static readonly JsonEncodedText Device = JsonEncodedText.Encode("device");
    public static readonly JsonEncodedText Precision = JsonEncodedText.Encode("precision");
    public static readonly JsonEncodedText Label = JsonEncodedText.Encode("label");
    public static readonly JsonEncodedText Score = JsonEncodedText.Encode("score");
    public static readonly JsonEncodedText Scores = JsonEncodedText.Encode("scores");
    public static readonly JsonEncodedText Context = JsonEncodedText.Encode("context");
    public static readonly JsonEncodedText Units = JsonEncodedText.Encode("units");
    public static readonly JsonEncodedText Values = JsonEncodedText.Encode("values");
    public static readonly JsonEncodedText PerModality = JsonEncodedText.Encode("per_modality");
    public static readonly JsonEncodedText Disagreement = JsonEncodedText.Encode("disagreement");
    public static readonly JsonEncodedText Dissenting = JsonEncodedText.Encode("dissenting");
    public static readonly JsonEncodedText Divergence = JsonEncodedText.Encode("divergence");
    public static readonly JsonEncodedText Contributions = JsonEncodedText.Encode("contributions");
    public static readonly JsonEncodedText Modalities = JsonEncodedText.Encode("modalities");
    public static readonly JsonEncodedText Presence = JsonEncodedText.Encode("presence");
    public static readonly JsonEncodedText Present = JsonEncodedText.Encode("present");
    public static readonly JsonEncodedText AgeMs = JsonEncodedText.Encode("age_ms");
    public static readonly JsonEncodedText Coverage = JsonEncodedText.Encode("coverage");
    public static readonly JsonEncodedText Count = JsonEncodedText.Encode("n");
    public static readonly JsonEncodedText GapFrames = JsonEncodedText.Encode("gap_frames");
    public static readonly JsonEncodedText LatencyMs = JsonEncodedText.Encode("latency_ms");
    public static readonly JsonEncodedText Cut = JsonEncodedText.Encode("cut");
    public static readonly JsonEncodedText Bind = JsonEncodedText.Encode("bind");
    public static readonly JsonEncodedText Infer = JsonEncodedText.Encode("infer");
    public static readonly JsonEncodedText Decode = JsonEncodedText.Encode("decode");
    public static readonly JsonEncodedText Publish = JsonEncodedText.Encode("publish");
    public static readonly JsonEncodedText Total = JsonEncodedText.Encode("total");
    public static readonly JsonEncodedText Quality = JsonEncodedText.Encode("quality");
    public static readonly JsonEncodedText Embedding = JsonEncodedText.Encode("embedding");
}
