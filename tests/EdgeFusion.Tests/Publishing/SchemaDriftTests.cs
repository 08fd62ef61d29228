using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using EdgeFusion.Publishing;
using Xunit;

namespace EdgeFusion.Tests.Publishing;

/// <summary>The shipped schemas and the types behind the payloads cannot drift apart.</summary>
public sealed class SchemaDriftTests
{
    public static TheoryData<string> Payloads => ["status", "info", "heartbeat", "sensor", "gaps", "command-reply"];

    [Theory]
    [MemberData(nameof(Payloads))]
    public void A_schema_has_the_fields_of_its_payload_and_no_others(string name)
    {
        JsonTypeInfo type = name switch
        {
            "status" => PayloadContext.Default.StatusPayload,
            "info" => PayloadContext.Default.InfoPayload,
            "heartbeat" => PayloadContext.Default.HeartbeatPayload,
            "sensor" => PayloadContext.Default.SensorPayload,
            "gaps" => PayloadContext.Default.GapsPayload,
            _ => PayloadContext.Default.CommandReplyPayload,
        };
        JsonNode code = type.GetJsonSchemaAsNode();
        JsonNode shipped = JsonNode.Parse(File.ReadAllText(
            Path.Combine(AppContext.BaseDirectory, "Schemas", name + ".schema.json")))!;
        var faults = new List<string>();

        Compare(code, shipped, name, faults);

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    private static void Compare(JsonNode code, JsonNode shipped, string path, List<string> faults)
    {
        if (code is not JsonObject || shipped is not JsonObject)
        {
            return;
        }

        if (code["items"] is { } item && shipped["items"] is { } shippedItem)
        {
            Compare(item, shippedItem, path + "[]", faults);
        }

        if (code["properties"] is not JsonObject fields || shipped["properties"] is not JsonObject shippedFields)
        {
            return;
        }

        string[] names = [.. fields.Select(field => field.Key)];
        string[] shippedNames = [.. shippedFields.Select(field => field.Key)];
        faults.AddRange(names.Except(shippedNames).Select(field => $"{path}.{field}: not in the schema"));
        faults.AddRange(shippedNames.Except(names).Select(field => $"{path}.{field}: only in the schema"));
        foreach (string field in names.Intersect(shippedNames))
        {
            Compare(fields[field]!, shippedFields[field]!, $"{path}.{field}", faults);
        }
    }
}
