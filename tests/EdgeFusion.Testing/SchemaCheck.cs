using System.Text.Json;
using System.Text.RegularExpressions;

namespace EdgeFusion.Testing;

/// <summary>
/// Checks JSON against the part of JSON Schema 2020-12 that our schemas use. An unknown keyword is a fault of the
/// schema, so that nothing goes unchecked.
/// </summary>
public static class SchemaCheck
{
    private static readonly HashSet<string> Annotations = ["$schema", "$id", "title", "description"];

    /// <summary>Everything that is wrong, with its path; empty where the value is valid.</summary>
    public static IReadOnlyList<string> Faults(JsonElement schema, JsonElement value)
    {
        var faults = new List<string>();
        Check(schema, value, "$", faults);
        return faults;
    }

    private static void Check(JsonElement schema, JsonElement value, string path, List<string> faults)
    {
        if (schema.ValueKind == JsonValueKind.False)
        {
            faults.Add($"{path}: not allowed");
            return;
        }

        if (schema.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (JsonProperty rule in schema.EnumerateObject())
        {
            string? fault = Apply(rule, schema, value, path, faults);
            if (fault is not null)
            {
                faults.Add($"{path}: {fault}: {value.GetRawText()}");
            }
        }
    }

    private static string? Apply(
        JsonProperty rule, JsonElement schema, JsonElement value, string path, List<string> faults)
    {
        switch (rule.Name)
        {
            case "type":
                return Any(rule.Value, type => IsOfType(type.GetString()!, value)) ? null : $"is not {rule.Value}";
            case "const":
                return JsonElement.DeepEquals(rule.Value, value) ? null : $"is not {rule.Value}";
            case "enum":
                return Any(rule.Value, item => JsonElement.DeepEquals(item, value)) ? null : $"is none of {rule.Value}";
            case "pattern":
                return value.ValueKind != JsonValueKind.String
                    || Regex.IsMatch(value.GetString()!, rule.Value.GetString()!)
                    ? null : $"does not match {rule.Value}";
            case "minimum":
                return value.ValueKind != JsonValueKind.Number || value.GetDouble() >= rule.Value.GetDouble()
                    ? null : $"is below {rule.Value}";
            case "maximum":
                return value.ValueKind != JsonValueKind.Number || value.GetDouble() <= rule.Value.GetDouble()
                    ? null : $"is above {rule.Value}";
            case "required":
                return value.ValueKind != JsonValueKind.Object
                    || rule.Value.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _))
                    ? null : $"lacks one of {rule.Value}";
            case "oneOf":
                return rule.Value.EnumerateArray().Count(choice => Faults(choice, value).Count == 0) == 1
                    ? null : "fits none or several of the choices";
            case "not":
                return Faults(rule.Value, value).Count > 0 ? null : "fits what it must not";
            case "items":
                CheckItems(rule.Value, value, path, faults);
                return null;
            case "properties":
                CheckProperties(schema, value, path, faults);
                return null;
            case "additionalProperties":
                if (!schema.TryGetProperty("properties", out _))
                {
                    CheckProperties(schema, value, path, faults);
                }

                return null;
            default:
                return Annotations.Contains(rule.Name) ? null : $"the schema uses '{rule.Name}', which is not checked";
        }
    }

    private static void CheckItems(JsonElement schema, JsonElement value, string path, List<string> faults)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            int index = 0;
            foreach (JsonElement item in value.EnumerateArray())
            {
                Check(schema, item, $"{path}[{index++}]", faults);
            }
        }
    }

    private static void CheckProperties(JsonElement schema, JsonElement value, string path, List<string> faults)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        bool hasKnown = schema.TryGetProperty("properties", out JsonElement known);
        bool hasRest = schema.TryGetProperty("additionalProperties", out JsonElement rest);
        foreach (JsonProperty property in value.EnumerateObject())
        {
            if (hasKnown && known.TryGetProperty(property.Name, out JsonElement rule))
            {
                Check(rule, property.Value, $"{path}.{property.Name}", faults);
            }
            else if (hasRest)
            {
                Check(rest, property.Value, $"{path}.{property.Name}", faults);
            }
        }
    }

    private static bool Any(JsonElement oneOrMany, Func<JsonElement, bool> condition) =>
        oneOrMany.ValueKind == JsonValueKind.Array ? oneOrMany.EnumerateArray().Any(condition) : condition(oneOrMany);

    private static bool IsOfType(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        _ => false,
    };
}
