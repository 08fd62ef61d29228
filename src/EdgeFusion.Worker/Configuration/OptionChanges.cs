using System.Text.Json;
using System.Text.Json.Nodes;

namespace EdgeFusion.Worker.Configuration;

/// <summary>Finds the keys in which two configurations differ.</summary>
internal static class OptionChanges
{
    /// <summary>Keys such as Mqtt:Host, in the order of the options; lists count as one key.</summary>
    public static List<string> Between(WorkerOptions before, WorkerOptions after)
    {
        var changes = new List<string>();
        Compare("", JsonSerializer.SerializeToNode(before), JsonSerializer.SerializeToNode(after), changes);
        return changes;
    }

    private static void Compare(string path, JsonNode? before, JsonNode? after, List<string> changes)
    {
        if (before is not JsonObject a || after is not JsonObject b)
        {
            if (!JsonNode.DeepEquals(before, after))
            {
                changes.Add(path);
            }

            return;
        }

        foreach ((string key, JsonNode? value) in a)
        {
            Compare(Join(path, key), value, b[key], changes);
        }

        foreach ((string key, JsonNode? value) in b)
        {
            if (!a.ContainsKey(key))
            {
                Compare(Join(path, key), null, value, changes);
            }
        }
    }

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}:{key}";
}
