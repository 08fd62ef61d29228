using System.Text.Json;

namespace EdgeFusion.Linux.Tests.Mqtt.Sparkplug;

/// <summary>A message of an edge node, as another reader reads it.</summary>
internal sealed record SparkplugMessage(string Topic, int Quality, bool Retain, JsonElement Payload)
{
    public string Kind => Topic.Split('/')[2];

    public string Device => Topic.Split('/') is { Length: > 4 } parts ? parts[4] : "";

    public bool IsBirth => Kind is "NBIRTH" or "DBIRTH";

    public bool IsData => Kind is "NDATA" or "DDATA";

    public long? Sequence => Payload.TryGetProperty("seq", out JsonElement seq) ? seq.GetInt64() : null;

    public JsonElement[] Metrics => Payload.TryGetProperty("metrics", out JsonElement metrics)
        ? [.. metrics.EnumerateArray()]
        : [];

    public JsonElement? Metric(string name) => Metrics
        .Where(metric => metric.TryGetProperty("name", out JsonElement found) && found.GetString() == name)
        .Select(metric => (JsonElement?)metric).FirstOrDefault();
}
