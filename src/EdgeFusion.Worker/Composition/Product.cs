namespace EdgeFusion.Worker.Composition;

/// <summary>What this program is.</summary>
internal static class Product
{
    /// <summary>Version, three parts.</summary>
    public static string Version { get; } = typeof(Product).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";
}
