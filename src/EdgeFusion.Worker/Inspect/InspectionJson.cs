using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using EdgeFusion.Sensing;

namespace EdgeFusion.Worker.Inspect;

/// <summary>An inspection for programs.</summary>
internal static class InspectionJson
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Of(Inspection found) => new JsonObject
    {
        ["file"] = found.Path,
        ["profile"] = found.Header.Profile,
        ["library"] = found.Header.Library,
        ["seconds"] = found.Seconds,
        ["summary_fault"] = found.SummaryFault,
        ["damage"] = Texts(found.Losses),
        ["channels"] = new JsonArray([.. found.Channels.Select(pair => Channel(pair.Key, pair.Value))]),
        ["not_sensors"] = Texts(found.Skipped),
        ["metadata"] = new JsonObject(found.Metadata.DistinctBy(m => m.Name).Select(m =>
            KeyValuePair.Create<string, JsonNode?>(m.Name, new JsonObject(
                m.Metadata.Select(e => KeyValuePair.Create<string, JsonNode?>(e.Key, e.Value)))))),
        ["suggested_configuration"] = Sensors(found),
    }.ToJsonString(Indented);

    /// <summary>The section Sensors of a configuration.</summary>
    public static string Configuration(Inspection found) => Sensors(found).ToJsonString(Indented);

    private static JsonObject Sensors(Inspection found)
    {
        var sensors = new JsonObject();
        foreach (SensorInfo sensor in found.Sensors)
        {
            sensors[sensor.Name.Replace('/', '_')] = new JsonObject
            {
                ["Adapter"] = "replay",
                ["Modality"] = sensor.Modality,
                ["Settings"] = new JsonObject { ["File"] = found.Path, ["Topic"] = "/" + sensor.Name },
            };
        }

        return new JsonObject { ["Sensors"] = sensors };
    }

    private static JsonObject Channel(string topic, ChannelFacts channel) => new()
    {
        ["topic"] = topic,
        ["schema"] = channel.Schema,
        ["encoding"] = channel.Channel.MessageEncoding,
        ["messages"] = channel.Messages,
        ["bytes"] = channel.Bytes,
        ["rate_hz"] = channel.RateHz,
        ["interval_median_ms"] = channel.MedianNanoseconds / 1e6,
        ["interval_p99_ms"] = channel.P99Nanoseconds / 1e6,
        ["jitter_edges"] = new JsonArray([.. ChannelFacts.JitterEdges.SkipLast(1).Select(e => (JsonNode)e)]),
        ["jitter_counts"] = new JsonArray([.. channel.Jitter.Select(count => (JsonNode)count)]),
        ["delay_min_ms"] = channel.Messages > channel.Absurd ? channel.DelayMin / 1e6 : null,
        ["delay_max_ms"] = channel.Messages > channel.Absurd ? channel.DelayMax / 1e6 : null,
        ["drift_ppm"] = channel.DriftPpm,
        ["backwards"] = channel.Backwards,
        ["absurd_times"] = channel.Absurd,
        ["gap_count"] = channel.GapCount,
        ["gaps"] = new JsonArray([.. channel.Gaps.Select(gap => new JsonObject
        {
            ["from_ns"] = gap.From,
            ["to_ns"] = gap.To,
        })]),
    };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);
}
