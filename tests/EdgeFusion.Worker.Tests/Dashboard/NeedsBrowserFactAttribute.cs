using EdgeFusion.Testing;
using Xunit;

namespace EdgeFusion.Worker.Tests.Dashboard;

/// <summary>A test in Chromium, driven by playwright-core; skipped, with the reason, where one is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsBrowserFactAttribute : FactAttribute
{
    private static readonly string Driver = Path.Combine(
        RepositoryRoot.Path, "tests", "EdgeFusion.Worker.Tests", "Browser", "node_modules", "playwright-core");

    /// <summary>Looks for browser, driver, Node.js and broker.</summary>
    public NeedsBrowserFactAttribute() => Skip = NeedsProgramFactAttribute.WhyNot("chromium")
        ?? NeedsProgramFactAttribute.WhyNot("node") ?? NeedsProgramFactAttribute.WhyNot("mosquitto_sub")
        ?? NeedsProgramFactAttribute.WhyNot("mosquitto")
        ?? (Directory.Exists(Driver) ? null : "playwright-core is not installed: run ./edgefusion test");
}
