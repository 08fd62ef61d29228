using System.Buffers;
using System.Text.Json;
using EdgeFusion.Models;
using EdgeFusion.Publishing;
using EdgeFusion.Sensing;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Live;

namespace EdgeFusion.Worker.Dashboard;

/// <summary>What does not change during a run: node, model card, engine, sensors.</summary>
internal static class InfoWriter
{
    public static ReadOnlyMemory<byte> Write(LiveSession session, string node, bool hasRecordings)
    {
        var buffer = new ArrayBufferWriter<byte>(8_192);
        using var json = new Utf8JsonWriter(buffer);
        ModelManifest manifest = session.Pipeline.Manifest;
        json.WriteStartObject();
        json.WriteString("node", node);
        json.WriteString("version", Product.Version);
        json.WriteBoolean("live", true);
        json.WriteBoolean("recordings", hasRecordings);
        json.WriteString("epoch", PredictionFormat.EpochText(session.Epoch));
        WriteModel(json, manifest);
        json.WriteStartObject("engine");
        json.WriteString("provider", session.Engine.Info.Provider);
        json.WriteString("device", session.Engine.Info.Device);
        json.WriteString("precision", session.Engine.Info.Precision);
        json.WriteString("fallback", session.Engine.Info.FallbackReason);
        json.WriteEndObject();
        json.WriteStartArray("sensors");
        foreach (SensorHost host in session.Pipeline.Sensors)
        {
            WriteSensor(json, host.Info);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static void WriteModel(Utf8JsonWriter json, ModelManifest manifest)
    {
        json.WriteStartObject("model");
        json.WriteString("name", manifest.Name);
        json.WriteString("version", manifest.Version);
        json.WriteString("description", manifest.Description);
        json.WriteString("sha256", manifest.Sha256);
        json.WriteNumber("opset", manifest.Opset);
        json.WriteNumber("length_ms", manifest.Window.LengthNanoseconds / 1e6);
        json.WriteNumber("hop_ms", manifest.Window.HopNanoseconds / 1e6);
        json.WriteNumber("deadline_ms", manifest.Window.DeadlineNanoseconds / 1e6);
        json.WriteStartArray("inputs");
        foreach (ModelInput input in manifest.Inputs)
        {
            json.WriteStartObject();
            json.WriteString("modality", input.Modality);
            json.WriteString("kind", input.Kind.ToString());
            json.WriteString("shape", string.Join(" x ", input.Shape));
            json.WriteNumber("rate_hz", input.RateHz);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("heads");
        foreach (ModelHead head in manifest.Heads)
        {
            json.WriteStartObject();
            json.WriteString("name", head.Name);
            json.WriteStartArray("labels");
            foreach (string label in head.Labels)
            {
                json.WriteStringValue(label);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>A sensor as the page knows it.</summary>
    public static void WriteSensor(Utf8JsonWriter json, SensorInfo info)
    {
        json.WriteStartObject();
        json.WriteString("name", info.Name);
        json.WriteString("modality", info.Modality);
        json.WriteNumber("rate_hz", info.RateHz);
        switch (info.Layout)
        {
            case FrameLayout frames:
                json.WriteString("kind", "frames");
                json.WriteNumber("width", frames.Width);
                json.WriteNumber("height", frames.Height);
                break;
            case AudioLayout audio:
                json.WriteString("kind", "audio");
                json.WriteNumber("channels", audio.Channels);
                break;
            case VectorLayout vector:
                json.WriteString("kind", "vector");
                WriteStrings(json, "elements", vector.Elements);
                WriteStrings(json, "units", vector.Units);
                break;
        }

        json.WriteEndObject();
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
