using System.Runtime.InteropServices;

namespace EdgeFusion.Linux.Interop.Png;

/// <summary>libpng's simplified API (png.h, since 1.6): a struct and two calls, no callbacks.</summary>
internal static partial class LibPng
{
    public const string Library = "libpng16.so.16";

    /// <summary>PNG_FORMAT_GRAY.</summary>
    public const uint FormatGray = 0;

    /// <summary>PNG_FORMAT_RGB = PNG_FORMAT_FLAG_COLOR.</summary>
    public const uint FormatRgb = 2;

    /// <summary>PNG_FORMAT_BGR = PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_BGR.</summary>
    public const uint FormatBgr = 0x12;

    [LibraryImport(Library, EntryPoint = "png_image_begin_read_from_memory")]
    public static partial int BeginRead(ref PngImage image, ref readonly byte file, nuint length);

    /// <param name="image">Begun; freed by this call whether it fails or not.</param>
    /// <param name="background">png_color put behind transparent pixels: red, green, blue.</param>
    /// <param name="pixels">Height rows of <paramref name="rowStride"/> bytes.</param>
    /// <param name="rowStride">In components, which are bytes here.</param>
    /// <param name="colourMap">Null: no palette is wanted.</param>
    [LibraryImport(Library, EntryPoint = "png_image_finish_read")]
    public static partial int FinishRead(
        ref PngImage image, ref readonly byte background, ref byte pixels, int rowStride, nint colourMap);

    [LibraryImport(Library, EntryPoint = "png_image_free")]
    public static partial void Free(ref PngImage image);
}
