using EdgeFusion.Worker.Video;

namespace EdgeFusion.Worker.Tests.EndToEnd;

/// <summary>A test that is skipped, with the reason, where no program writes and reads videos.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsVideoFactAttribute : FactAttribute
{
    /// <summary>Looks for the programs.</summary>
    public NeedsVideoFactAttribute() => Skip = VideoPrograms.WhyNotWrite() ?? VideoPrograms.WhyNotRead();
}
