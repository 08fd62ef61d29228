using System.Buffers;
using System.Text.Json;
using EdgeFusion.Models;
using EdgeFusion.Publishing.Policies;

namespace EdgeFusion.Publishing.HomeAssistant;

/// <summary>Writes the discovery message of a node: one device, an entity per answer and per sensor.</summary>
/// <remarks>Templates are Jinja; names inside of them are quoted. null of a payload is "None" in a template, which Home
/// Assistant takes as unknown.</remarks>
internal sealed class DiscoveryPayload(
    ModelManifest manifest, HeadPublishOptions[] policies, IReadOnlyList<ISensorHealth> sensors, NodeTopics topics,
    PredictionPublisherOptions options) : IDisposable
{
    /// <summary>Messages that may be missed before an entity is unavailable.</summary>
    private const int MissedMessages = 3;

    private readonly ArrayBufferWriter<byte> _buffer = new(4096);
    private readonly Utf8JsonWriter _json = new(Stream.Null);
    private readonly string _id = "edgefusion_" + EntityId.From(options.Node);

    /// <summary>The identifier of the device.</summary>
    public string DeviceId => _id;

    public byte[] Write()
    {
        _buffer.ResetWrittenCount();
        _json.Reset(_buffer);
        _json.WriteStartObject();
        WriteDevice();
        _json.WriteStartObject("components");
        for (int i = 0; i < manifest.Heads.Length; i++)
        {
            if (manifest.Heads[i].Kind == HeadKind.Classification)
            {
                WriteLabel(manifest.Heads[i], policies[i]);
                WriteScore(manifest.Heads[i], policies[i]);
            }
            else
            {
                WriteValues(manifest.Heads[i], policies[i]);
            }
        }

        foreach (ISensorHealth sensor in sensors)
        {
            WriteSensor(sensor.Info.Name);
        }

        WriteLag();
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.Flush();
        return _buffer.WrittenSpan.ToArray();
    }

    public void Dispose() => _json.Dispose();

    /// <summary>A name as a text of Jinja.</summary>
    private static string Quoted(string name) => "'" + name.Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("'", "\\'", StringComparison.Ordinal) + "'";

    private void WriteDevice()
    {
        _json.WriteStartObject("device");
        _json.WriteStartArray("identifiers");
        _json.WriteStringValue(_id);
        _json.WriteEndArray();
        _json.WriteString("name", options.Node);
        _json.WriteString("manufacturer", "EdgeFusion");
        _json.WriteString("model", manifest.Name);
        _json.WriteString("sw_version", options.Version);
        _json.WriteEndObject();
        _json.WriteStartObject("origin");
        _json.WriteString("name", "EdgeFusion");
        _json.WriteString("sw_version", options.Version);
        _json.WriteEndObject();
        _json.WriteStartArray("availability");
        _json.WriteStartObject();
        _json.WriteString("topic", topics.Status);
        _json.WriteString(
            "value_template", "{{ 'online' if value_json.state == 'online' else 'offline' }}");
        _json.WriteEndObject();
        _json.WriteEndArray();
    }

    private void WriteLabel(ModelHead head, HeadPublishOptions policy)
    {
        Begin(EntityId.From(head.Name), "sensor", head.Name, topics.Prediction(head.Name));
        bool events = policy.Policy == PublishPolicy.Events;
        _json.WriteString("value_template", events
            ? "{{ value_json.event.label if value_json.publication.reason != 'end' else none }}"
            : "{{ value_json.label }}");
        _json.WriteString("json_attributes_topic", topics.Prediction(head.Name));
        _json.WriteString("json_attributes_template", events
            ? "{{ {'quality': value_json.quality, 'event': value_json.event} | tojson }}"
            : "{{ {'quality': value_json.quality, 'scores': value_json.scores} | tojson }}");
        _json.WriteString("device_class", "enum");
        _json.WriteStartArray("options");
        foreach (string label in head.Labels)
        {
            _json.WriteStringValue(label);
        }

        _json.WriteEndArray();
        WriteExpiry(policy);
        _json.WriteEndObject();
    }

    private void WriteScore(ModelHead head, HeadPublishOptions policy)
    {
        Begin(EntityId.From(head.Name) + "_score", "sensor", head.Name + " score", topics.Prediction(head.Name));
        _json.WriteString(
            "value_template",
            "{{ (value_json.score * 100) | round(1) if value_json.score is not none else none }}");
        _json.WriteString("unit_of_measurement", "%");
        _json.WriteString("state_class", "measurement");
        _json.WriteString("entity_category", "diagnostic");
        WriteExpiry(policy);
        _json.WriteEndObject();
    }

    private void WriteValues(ModelHead head, HeadPublishOptions policy)
    {
        for (int i = 0; i < head.Labels.Length; i++)
        {
            string name = head.Name + " " + head.Labels[i];
            Begin(
                EntityId.From(head.Name) + "_value_" + EntityId.From(head.Labels[i]), "sensor", name,
                topics.Prediction(head.Name));
            _json.WriteString(
                "value_template",
                "{{ value_json['values'][" + Quoted(head.Labels[i]) + "] if value_json['values'] else none }}");
            if (i < head.Units.Length && head.Units[i].Length > 0)
            {
                _json.WriteString("unit_of_measurement", head.Units[i]);
            }

            _json.WriteString("state_class", "measurement");
            WriteExpiry(policy);
            _json.WriteEndObject();
        }
    }

    private void WriteSensor(string name)
    {
        string topic = topics.Sensor(name);
        Begin("sensor_" + EntityId.From(name), "binary_sensor", name, topic);
        _json.WriteString("value_template", "{{ 'ON' if value_json.state == 'ok' else 'OFF' }}");
        _json.WriteString("json_attributes_topic", topic);
        _json.WriteString("device_class", "connectivity");
        _json.WriteString("entity_category", "diagnostic");
        _json.WriteNumber("expire_after", (int)Math.Ceiling(options.SensorExpiry.TotalSeconds));
        _json.WriteEndObject();
    }

    private void WriteLag()
    {
        Begin("node_lag", "sensor", "lag", topics.Heartbeat);
        _json.WriteString(
            "value_template", "{{ value_json.lag_ms | round(1) if value_json.lag_ms is not none else none }}");
        _json.WriteString("device_class", "duration");
        _json.WriteString("unit_of_measurement", "ms");
        _json.WriteString("state_class", "measurement");
        _json.WriteString("entity_category", "diagnostic");
        _json.WriteNumber("expire_after", (int)Math.Ceiling(options.HeartbeatExpiry.TotalSeconds));
        _json.WriteEndObject();
    }

    private void Begin(string id, string platform, string name, string topic)
    {
        _json.WriteStartObject(id);
        _json.WriteString("platform", platform);
        _json.WriteString("unique_id", _id + "_" + id);
        _json.WriteString("name", name);
        _json.WriteString("state_topic", topic);
    }

    /// <summary>Stale is not the same as current; events have no next message to wait for.</summary>
    private void WriteExpiry(HeadPublishOptions policy)
    {
        double seconds = policy.Policy switch
        {
            PublishPolicy.Every => manifest.Window.HopNanoseconds / 1e9,
            PublishPolicy.OnChange => policy.MaxInterval.TotalSeconds,
            _ => 0,
        };
        if (seconds > 0)
        {
            _json.WriteNumber("expire_after", (int)Math.Ceiling(Math.Max(1, seconds) * MissedMessages));
        }
    }
}
