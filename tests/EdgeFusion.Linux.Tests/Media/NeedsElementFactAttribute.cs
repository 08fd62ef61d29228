namespace EdgeFusion.Linux.Tests.Media;

/// <summary>A test that is skipped, with the reason, where GStreamer or one of its elements is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsElementFactAttribute : FactAttribute
{
    public NeedsElementFactAttribute(params string[] elements) => Skip = MediaBench.WhyNot(elements);
}
