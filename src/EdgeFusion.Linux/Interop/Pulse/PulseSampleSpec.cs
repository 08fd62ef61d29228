using System.Runtime.InteropServices;

namespace EdgeFusion.Linux.Interop.Pulse;

/// <summary>pa_sample_spec.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PulseSampleSpec
{
    /// <summary>PA_SAMPLE_S16LE.</summary>
    public const int Signed16 = 3;

    public int Format;
    public uint Rate;
    public byte Channels;
}
