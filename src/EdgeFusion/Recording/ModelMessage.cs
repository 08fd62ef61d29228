using System.Buffers;
using System.Text.Json;
using EdgeFusion.Models;
using EdgeFusion.Predictions;

namespace EdgeFusion.Recording;

/// <summary>A change of the live model as a recorded JSON message.</summary>
internal static class ModelMessage
{
    /// <summary>Name of the schema.</summary>
    public const string SchemaName = "edgefusion.Model";

    /// <summary>JSON schema of the channel.</summary>
    public const string Schema = """
        {"title":"edgefusion.Model","type":"object","properties":{
        "window":{"type":"integer"},"seq":{"type":"integer"},"start_ns":{"type":"integer"},
        "from":{"type":"object","properties":{"name":{"type":"string"},"version":{"type":"string"},
        "sha256":{"type":"string"}}},
        "to":{"type":"object","properties":{"name":{"type":"string"},"version":{"type":"string"},
        "sha256":{"type":"string"}}}}}
        """;

    /// <summary>Writes that a prediction is the first of another model.</summary>
    /// <param name="json">A writer.</param>
    /// <param name="output">Where to.</param>
    /// <param name="prediction">The first that the new model answered.</param>
    /// <param name="before">The model before it.</param>
    public static void Write(
        Utf8JsonWriter json, IBufferWriter<byte> output, Prediction prediction, ModelManifest before)
    {
        json.Reset(output);
        json.WriteStartObject();
        json.WriteNumber("window"u8, prediction.Window);
        json.WriteNumber("seq"u8, prediction.Sequence);
        json.WriteNumber("start_ns"u8, prediction.Start.Nanoseconds);
        Write(json, "from"u8, before);
        Write(json, "to"u8, prediction.Manifest);
        json.WriteEndObject();
        json.Flush();
    }

    private static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, ModelManifest model)
    {
        json.WriteStartObject(name);
        json.WriteString("name"u8, model.Name);
        json.WriteString("version"u8, model.Version);
        json.WriteString("sha256"u8, model.Sha256);
        json.WriteEndObject();
    }
}
