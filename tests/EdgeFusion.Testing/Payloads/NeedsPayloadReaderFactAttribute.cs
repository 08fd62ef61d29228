using Xunit;

namespace EdgeFusion.Testing.Payloads;

/// <summary>A test that needs payload readers of others; skipped, with the reason, where they are missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsPayloadReaderFactAttribute : FactAttribute
{
    /// <summary>Looks for Node.js, the readers and further programs.</summary>
    public NeedsPayloadReaderFactAttribute(params string[] programs)
    {
        Skip = NeedsProgramFactAttribute.WhyNot("node") ?? OtherPayloadReader.Obstacle();
        foreach (string program in programs)
        {
            Skip ??= NeedsProgramFactAttribute.WhyNot(program);
        }
    }
}
