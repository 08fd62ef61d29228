using EdgeFusion.Testing;
using EdgeFusion.Worker.Tests.House;

namespace EdgeFusion.Worker.Tests.Deploy;

/// <summary>A test that needs Node.js and the npm packages beside check.mjs.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsDeployCheckFactAttribute : FactAttribute
{
    public NeedsDeployCheckFactAttribute() => Skip = NeedsProgramFactAttribute.WhyNot("node")
        ?? (Directory.Exists(Path.Combine(Repository.Root, "tests/EdgeFusion.Worker.Tests/Deploy/node_modules"))
            ? null
            : "npm packages are missing: npm ci in tests/EdgeFusion.Worker.Tests/Deploy");
}
