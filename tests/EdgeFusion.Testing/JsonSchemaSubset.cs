using System.Text.Json;
using System.Text.RegularExpressions;

namespace EdgeFusion.Testing;

/// <summary>
/// Evaluates the part of JSON Schema 2020-12 that our schemas use. A keyword that it does not know is an error rather
/// than ignored, so that a schema cannot seem to hold.
/// </summary>
public sealed class JsonSchemaSubset
{
    private readonly JsonElement _root;

    /// <summary>Takes a schema.</summary>
    public JsonSchemaSubset(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        _root = document.RootElement.Clone();
    }

    /// <summary>Whether a document is valid.</summary>
    public bool Accepts(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return IsValid(_root, document.RootElement);
    }

    private bool IsValid(JsonElement schema, JsonElement value)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return schema.ValueKind == JsonValueKind.True;
        }

        foreach (JsonProperty keyword in schema.EnumerateObject())
        {
            if (!Holds(schema, keyword.Name, keyword.Value, value))
            {
                return false;
            }
        }

        return true;
    }

    private bool Holds(JsonElement schema, string keyword, JsonElement rule, JsonElement value) => keyword switch
    {
        "$schema" or "$id" or "$defs" or "$comment" or "title" or "description" or "default" or "examples" => true,
        "$ref" => IsValid(Resolve(rule.GetString()!), value),
        "const" => JsonElement.DeepEquals(rule, value),
        "enum" => rule.EnumerateArray().Any(allowed => JsonElement.DeepEquals(allowed, value)),
        "type" => rule.ValueKind == JsonValueKind.Array
            ? rule.EnumerateArray().Any(type => IsOfType(type.GetString()!, value))
            : IsOfType(rule.GetString()!, value),
        "oneOf" => rule.EnumerateArray().Count(choice => IsValid(choice, value)) == 1,
        "anyOf" => rule.EnumerateArray().Any(choice => IsValid(choice, value)),
        "allOf" => rule.EnumerateArray().All(part => IsValid(part, value)),
        "not" => !IsValid(rule, value),
        "if" => Condition(schema, rule, value),
        "then" or "else" => true,
        "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" =>
            value.ValueKind != JsonValueKind.Number || Number(keyword, rule.GetDouble(), value.GetDouble()),
        "pattern" or "minLength" or "maxLength" =>
            value.ValueKind != JsonValueKind.String || Text(keyword, rule, value.GetString()!),
        "items" or "prefixItems" or "minItems" or "maxItems" or "uniqueItems" =>
            value.ValueKind != JsonValueKind.Array || Array(schema, keyword, rule, value),
        "properties" or "required" or "additionalProperties" or "minProperties" or "maxProperties" =>
            value.ValueKind != JsonValueKind.Object || Object(schema, keyword, rule, value),
        _ => throw new NotSupportedException($"The schema uses '{keyword}', which this evaluator does not know."),
    };

    private JsonElement Resolve(string reference)
    {
        JsonElement found = _root;
        foreach (string part in reference.Split('/').Skip(1))
        {
            found = found.GetProperty(part);
        }

        return found;
    }

    private bool Condition(JsonElement schema, JsonElement rule, JsonElement value)
    {
        string branch = IsValid(rule, value) ? "then" : "else";
        return !schema.TryGetProperty(branch, out JsonElement chosen) || IsValid(chosen, value);
    }

    private static bool IsOfType(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && Math.Floor(value.GetDouble()) == value.GetDouble(),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => throw new NotSupportedException($"Unknown type '{type}' in the schema."),
    };

    private static bool Number(string keyword, double limit, double number) => keyword switch
    {
        "minimum" => number >= limit,
        "maximum" => number <= limit,
        "exclusiveMinimum" => number > limit,
        _ => number < limit,
    };

    private static bool Text(string keyword, JsonElement rule, string text) => keyword switch
    {
        "pattern" => Regex.IsMatch(text, rule.GetString()!, RegexOptions.ECMAScript, TimeSpan.FromSeconds(1)),
        "minLength" => text.EnumerateRunes().Count() >= rule.GetInt32(),
        _ => text.EnumerateRunes().Count() <= rule.GetInt32(),
    };

    private bool Array(JsonElement schema, string keyword, JsonElement rule, JsonElement value)
    {
        int count = value.GetArrayLength();
        switch (keyword)
        {
            case "minItems":
                return count >= rule.GetInt32();
            case "maxItems":
                return count <= rule.GetInt32();
            case "prefixItems":
                return rule.EnumerateArray().Zip(value.EnumerateArray()).All(pair => IsValid(pair.First, pair.Second));
            case "items":
                int prefix = schema.TryGetProperty("prefixItems", out JsonElement first) ? first.GetArrayLength() : 0;
                return value.EnumerateArray().Skip(prefix).All(item => IsValid(rule, item));
            default:
                JsonElement[] items = [.. value.EnumerateArray()];
                return !rule.GetBoolean() || !items.Where((item, i) =>
                    items.Take(i).Any(earlier => JsonElement.DeepEquals(earlier, item))).Any();
        }
    }

    private bool Object(JsonElement schema, string keyword, JsonElement rule, JsonElement value)
    {
        switch (keyword)
        {
            case "required":
                return rule.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _));
            case "properties":
                return rule.EnumerateObject().All(property =>
                    !value.TryGetProperty(property.Name, out JsonElement member) || IsValid(property.Value, member));
            case "minProperties":
                return value.EnumerateObject().Count() >= rule.GetInt32();
            case "maxProperties":
                return value.EnumerateObject().Count() <= rule.GetInt32();
            default:
                bool known = schema.TryGetProperty("properties", out JsonElement properties);
                return value.EnumerateObject().All(member =>
                    (known && properties.TryGetProperty(member.Name, out _)) || IsValid(rule, member.Value));
        }
    }
}
