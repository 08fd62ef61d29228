using System.Text.Json;
using EdgeFusion.Testing;
using Xunit;

namespace EdgeFusion.Tests.Publishing;

/// <summary>The shipped JSON schemas.</summary>
internal static class PayloadSchema
{
    public static void AssertValid(string name, string payload) => Assert.Empty(Faults(name, payload));

    public static IReadOnlyList<string> Faults(string name, string payload)
    {
        string file = Path.Combine(AppContext.BaseDirectory, "Schemas", name + ".schema.json");
        using JsonDocument schema = JsonDocument.Parse(File.ReadAllText(file));
        using JsonDocument document = JsonDocument.Parse(payload);
        return SchemaCheck.Faults(schema.RootElement, document.RootElement);
    }
}
