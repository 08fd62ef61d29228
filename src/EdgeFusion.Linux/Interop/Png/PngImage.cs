using System.Runtime.InteropServices;

namespace EdgeFusion.Linux.Interop.Png;

/// <summary>png_image of png.h (1.6): 104 bytes on 64-bit machines.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PngImage
{
    /// <summary>PNG_IMAGE_VERSION.</summary>
    public const uint CurrentVersion = 1;

    /// <summary>Bit of <see cref="WarningOrError"/> that says error.</summary>
    public const uint ErrorBit = 2;

    /// <summary>Length of <see cref="Message"/>.</summary>
    public const int MessageBytes = 64;

    public nint Opaque;
    public uint Version;
    public uint Width;
    public uint Height;
    public uint Format;
    public uint Flags;
    public uint ColourMapEntries;
    public uint WarningOrError;
    public fixed byte Message[MessageBytes];
}
