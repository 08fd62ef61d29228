using System.Runtime.InteropServices;
using System.Text;
using EdgeFusion.Linux.Interop.Png;
using EdgeFusion.Sensing;

namespace EdgeFusion.Linux.Images;

/// <summary>Decodes PNG images of any depth and colour type to 8 bits; transparency is put on black.</summary>
internal static class PngDecoder
{
    private static ReadOnlySpan<byte> Black => [0, 0, 0];

    public static void Decode(ReadOnlySpan<byte> png, FrameLayout layout, Span<byte> pixels)
    {
        PngImage image = default;
        image.Version = PngImage.CurrentVersion;
        try
        {
            int begun = LibPng.BeginRead(ref image, in MemoryMarshal.GetReference(png), (nuint)png.Length);
            Check(begun, ref image);
            if (image.Width != layout.Width || image.Height != layout.Height)
            {
                throw new RecordingException(
                    $"Cannot decode a PNG image: it has {image.Width} x {image.Height} pixels, not {layout.Width} x "
                    + $"{layout.Height}.");
            }

            image.Format = layout.Format switch
            {
                PixelFormat.Rgb8 => LibPng.FormatRgb,
                PixelFormat.Bgr8 => LibPng.FormatBgr,
                _ => LibPng.FormatGray,
            };
            int finished = LibPng.FinishRead(
                ref image, in MemoryMarshal.GetReference(Black), ref MemoryMarshal.GetReference(pixels),
                layout.Width * layout.Channels, colourMap: 0);
            Check(finished, ref image);
        }
        finally
        {
            LibPng.Free(ref image);
        }
    }

    private static unsafe void Check(int result, ref PngImage image)
    {
        if (result != 0 && (image.WarningOrError & PngImage.ErrorBit) == 0)
        {
            return;
        }

        fixed (byte* text = image.Message)
        {
            var message = new ReadOnlySpan<byte>(text, PngImage.MessageBytes);
            int end = message.IndexOf((byte)0);
            string why = Encoding.UTF8.GetString(end < 0 ? message : message[..end]);
            throw new RecordingException($"Cannot decode a PNG image: {why}. The image is damaged; it is left out.");
        }
    }
}
