using System.Text.Json.Nodes;
using EdgeFusion.Publishing.Commands;

namespace EdgeFusion.Worker.Contract;

/// <summary>The JSON schemas of all payloads: those of deploy/mqtt/schema, which are part of this program, and those of
/// commands, made from the code that reads them.</summary>
internal static class PayloadSchemas
{
    /// <summary>The schema of a name, e.g. "prediction".</summary>
    public static JsonObject Of(string name) => CommandOf(name) is { } verb
        ? OfCommand(verb)
        : Read(name);

    /// <summary>The schema of a command's payload.</summary>
    public static JsonObject OfCommand(CommandVerb verb)
    {
        var properties = new JsonObject();
        foreach (CommandField field in verb.Fields)
        {
            properties.Add(field.Name, Text(field.MaxLength, field.Description));
        }

        properties.Add("response_topic", Text(
            CommandVerb.MaxAddress,
            "Where the answer shall go, where the protocol has no place for it beside the command: below "
            + "edgefusion/<node>/cmd/response/."));
        properties.Add("correlation", Text(CommandVerb.MaxAddress, "Stands in the answer."));
        return new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "EdgeFusion command " + verb.Name,
            ["description"] = verb.Description,
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["required"] = new JsonArray(
                [.. verb.Fields.Where(field => field.IsRequired).Select(field => JsonValue.Create(field.Name))]),
            ["properties"] = properties,
        };
    }

    private static CommandVerb? CommandOf(string name) =>
        CommandVerb.All.FirstOrDefault(verb => "command-" + verb.Name.Replace('_', '-') == name);

    private static JsonObject Text(int maxLength, string description) => new()
    {
        ["type"] = "string",
        ["maxLength"] = maxLength,
        ["description"] = description,
    };

    private static JsonObject Read(string name)
    {
        using Stream stream = typeof(PayloadSchemas).Assembly.GetManifestResourceStream(
            $"schema/{name}.schema.json")
            ?? throw new ConfigurationException($"There is no schema '{name}' in this program.");
        return JsonNode.Parse(stream)!.AsObject();
    }
}
