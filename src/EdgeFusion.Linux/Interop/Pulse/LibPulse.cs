using System.Runtime.InteropServices;

namespace EdgeFusion.Linux.Interop.Pulse;

/// <summary>libpulse-simple: enough to see whether a source can be opened. Both libraries come in libpulse0.</summary>
internal static partial class LibPulse
{
    public const string Library = "libpulse-simple.so.0";

    /// <summary>PA_STREAM_RECORD.</summary>
    public const int Record = 2;

    private const string CoreLibrary = "libpulse.so.0";

    /// <returns>A connection that records; 0 where there is none.</returns>
    [LibraryImport(Library, EntryPoint = "pa_simple_new", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint New(
        string? server, string name, int direction, string? device, string stream, in PulseSampleSpec spec,
        nint channelMap, nint bufferAttributes, out int error);

    [LibraryImport(Library, EntryPoint = "pa_simple_free")]
    public static partial void Free(nint connection);

    /// <returns>Text that belongs to the library.</returns>
    [LibraryImport(CoreLibrary, EntryPoint = "pa_strerror")]
    public static partial nint ErrorText(int error);
}
