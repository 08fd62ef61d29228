using System.Buffers;
using System.Text.Json;
using EdgeFusion.Models;

namespace EdgeFusion.Worker.Dashboard.Foxglove;

/// <summary>
/// The JSON schema of a model's predictions, so that a viewer can offer its fields by name. A field that may be null
/// has the type of its value: viewers know no unions.
/// </summary>
internal static class PredictionSchema
{
    /// <summary>Name of the schema, as in recordings.</summary>
    public const string Name = "edgefusion.Prediction";

    public static ReadOnlyMemory<byte> Of(ModelManifest manifest)
    {
        var buffer = new ArrayBufferWriter<byte>(4_096);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("title", Name);
        BeginObject(json);
        Fields(json, "integer", "schema", "seq", "published_ns");
        Fields(json, "string", "node", "epoch", "quality");
        BeginObject(json, "window");
        Fields(json, "integer", "index", "start_ns", "end_ns");
        Fields(json, "string", "outcome");
        EndObject(json);
        BeginObject(json, "heads");
        foreach (ModelHead head in manifest.Heads)
        {
            WriteHead(json, head, manifest);
        }

        EndObject(json);
        BeginObject(json, "modalities");
        foreach (ModelInput input in manifest.Inputs)
        {
            BeginObject(json, input.Modality);
            Fields(json, "string", "presence");
            Fields(json, "boolean", "present");
            Fields(json, "number", "age_ms", "coverage");
            Fields(json, "integer", "n");
            EndObject(json);
        }

        EndObject(json);
        BeginObject(json, "latency_ms");
        Fields(json, "number", "cut", "bind", "infer", "decode", "publish", "total");
        EndObject(json);
        EndObject(json);
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static void WriteHead(Utf8JsonWriter json, ModelHead head, ModelManifest manifest)
    {
        BeginObject(json, head.Name);
        Fields(json, "string", "kind");
        if (head.Kind == HeadKind.Regression)
        {
            Numbers(json, "values", head.Labels);
            EndObject(json);
            return;
        }

        Fields(json, "string", "label");
        Fields(json, "number", "score");
        Numbers(json, "scores", head.Labels);
        Numbers(json, "contributions", Modalities(manifest));
        if (head.PerModalityTensor is not null)
        {
            BeginObject(json, "per_modality");
            foreach (ModelInput input in manifest.Inputs)
            {
                Numbers(json, input.Modality, head.Labels);
            }

            EndObject(json);
        }

        EndObject(json);
    }

    private static IEnumerable<string> Modalities(ModelManifest manifest) =>
        manifest.Inputs.Select(input => input.Modality);

    private static void Numbers(Utf8JsonWriter json, string name, IEnumerable<string> fields)
    {
        BeginObject(json, name);
        Fields(json, "number", [.. fields]);
        EndObject(json);
    }

    private static void Fields(Utf8JsonWriter json, string type, params string[] names)
    {
        foreach (string name in names)
        {
            json.WriteStartObject(name);
            json.WriteString("type", type);
            json.WriteEndObject();
        }
    }

    private static void BeginObject(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject(name);
        BeginObject(json);
    }

    private static void BeginObject(Utf8JsonWriter json)
    {
        json.WriteString("type", "object");
        json.WriteStartObject("properties");
    }

    private static void EndObject(Utf8JsonWriter json)
    {
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
