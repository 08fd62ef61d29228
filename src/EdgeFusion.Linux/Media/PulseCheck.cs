using System.Runtime.InteropServices;
using EdgeFusion.Linux.Interop.Pulse;

namespace EdgeFusion.Linux.Media;

/// <summary>Whether a PulseAudio source can be opened.</summary>
internal static class PulseCheck
{
    /// <summary>Opens the source and closes it again.</summary>
    /// <remarks>
    /// GStreamer's pulsesrc (seen with 1.22) leaves a thread and its descriptors behind for good each time it cannot
    /// connect: one per attempt while the server is away. So it is not asked before the server answers.
    /// </remarks>
    /// <exception cref="SensorException">It cannot be opened.</exception>
    public static void Require(GStreamerOptions options)
    {
        if (!NativeLibrary.TryLoad(LibPulse.Library, out nint library))
        {
            // GStreamer's own plugin needs it too and says so.
            return;
        }

        var spec = new PulseSampleSpec { Format = PulseSampleSpec.Signed16, Rate = 48_000, Channels = 1 };
        nint connection = LibPulse.New(
            OrNull(options.Url), "edgefusion", LibPulse.Record, OrNull(options.Device), "check", in spec, 0, 0,
            out int error);
        if (connection != 0)
        {
            LibPulse.Free(connection);
        }

        NativeLibrary.Free(library);
        if (connection == 0)
        {
            throw new SensorException(
                $"Cannot read {MediaPlanner.Describe(options)}: "
                + $"{Marshal.PtrToStringUTF8(LibPulse.ErrorText(error))}. Is PulseAudio, or PipeWire in its place, "
                + "running for this user, and is the source one of 'pactl list short sources'?");
        }
    }

    private static string? OrNull(string text) => text.Length > 0 ? text : null;
}
