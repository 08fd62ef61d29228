using EdgeFusion.Sensing;

namespace EdgeFusion.Linux.Media;

/// <summary>Frames as GStreamer lays them out: rows filled up to a multiple of four bytes.</summary>
internal static class PictureRows
{
    private const int Alignment = 4;

    /// <summary>Bytes of a row with its filling.</summary>
    public static int Stride(FrameLayout layout) =>
        ((layout.Width * layout.Channels) + Alignment - 1) / Alignment * Alignment;

    /// <summary>The format's name.</summary>
    public static string Format(FrameLayout layout) => layout.Format switch
    {
        PixelFormat.Rgb8 => "RGB",
        PixelFormat.Bgr8 => "BGR",
        _ => "GRAY8",
    };

    /// <summary>Copies rows from one stride to another.</summary>
    public static void Copy(
        FrameLayout layout, ReadOnlySpan<byte> source, int sourceStride, Span<byte> target, int targetStride)
    {
        int row = layout.Width * layout.Channels;
        if (sourceStride == row && targetStride == row)
        {
            source[..(row * layout.Height)].CopyTo(target);
            return;
        }

        for (int y = 0; y < layout.Height; y++)
        {
            source.Slice(y * sourceStride, row).CopyTo(target[(y * targetStride)..]);
        }
    }
}
