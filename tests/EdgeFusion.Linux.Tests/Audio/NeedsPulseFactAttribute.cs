namespace EdgeFusion.Linux.Tests.Audio;

/// <summary>A test that is skipped, with the reason, where there is no PulseAudio or no plugin of ALSA for it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsPulseFactAttribute : FactAttribute
{
    public NeedsPulseFactAttribute() => Skip = PulseServer.WhyNot;
}
