using Xunit;

namespace EdgeFusion.Testing.Payloads;

/// <summary>As <see cref="NeedsPayloadReaderFactAttribute"/>, for several cases.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsPayloadReaderTheoryAttribute : TheoryAttribute
{
    /// <summary>Looks for Node.js, the readers and further programs.</summary>
    public NeedsPayloadReaderTheoryAttribute(params string[] programs) =>
        Skip = new NeedsPayloadReaderFactAttribute(programs).Skip;
}
