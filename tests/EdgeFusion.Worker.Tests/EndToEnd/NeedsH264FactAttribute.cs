using EdgeFusion.Linux.Media;

namespace EdgeFusion.Worker.Tests.EndToEnd;

/// <summary>A test that is skipped, with the reason, where GStreamer cannot write and read H.264.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsH264FactAttribute : FactAttribute
{
    /// <summary>Looks for the elements.</summary>
    public NeedsH264FactAttribute() => Skip = H264Encoder.Probe() ?? H264Decoder.Probe();
}
