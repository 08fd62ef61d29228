using EdgeFusion.Testing;

namespace EdgeFusion.Tests.Publishing;

/// <summary>The shipped JSON schemas.</summary>
internal static class PayloadSchema
{
    public static void AssertValid(string name, string payload) =>
        Assert.True(Accepts(name, payload), $"not a valid {name}: {payload}");

    public static bool Accepts(string name, string payload) => new JsonSchemaSubset(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Schemas", name + ".schema.json"))).Accepts(payload);
}
