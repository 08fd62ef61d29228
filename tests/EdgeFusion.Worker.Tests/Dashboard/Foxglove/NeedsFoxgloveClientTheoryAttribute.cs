using EdgeFusion.Testing;
using Xunit;

namespace EdgeFusion.Worker.Tests.Dashboard.Foxglove;

/// <summary>A test with the protocol's own client (npm); skipped, with the reason, where that is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsFoxgloveClientTheoryAttribute : TheoryAttribute
{
    /// <summary>Folder of the client.</summary>
    internal static readonly string Folder = Path.Combine(
        RepositoryRoot.Path, "tests", "EdgeFusion.Worker.Tests", "Foxglove");

    /// <summary>Looks for Node.js and the packages.</summary>
    public NeedsFoxgloveClientTheoryAttribute() => Skip = NeedsProgramFactAttribute.WhyNot("node")
        ?? (Directory.Exists(Path.Combine(Folder, "node_modules"))
            ? null : "@foxglove/ws-protocol is not installed: run ./edgefusion test");
}
