using EdgeFusion.Testing;

namespace EdgeFusion.Linux.Tests.Audio;

/// <summary>A test that is skipped, with the reason, where PulseAudio or ALSA's plugin for it is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsPulseFactAttribute : FactAttribute
{
    public NeedsPulseFactAttribute() => Skip = WhyNot;

    public static string? WhyNot =>
        NeedsProgramFactAttribute.WhyNot("pulseaudio")
        ?? (Directory.GetDirectories("/usr/lib", "*-linux-gnu")
            .Any(d => File.Exists(Path.Combine(d, "alsa-lib", "libasound_module_pcm_pulse.so")))
            ? null : "libasound2-plugins is not installed");
}
