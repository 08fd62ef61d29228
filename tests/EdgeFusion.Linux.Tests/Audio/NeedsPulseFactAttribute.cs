namespace EdgeFusion.Linux.Tests.Audio;

/// <summary>A test that is skipped, with the reason, where PulseAudio or ALSA's plugin for it is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsPulseFactAttribute : FactAttribute
{
    public NeedsPulseFactAttribute() => Skip = PulseServer.WhyNot;
}
