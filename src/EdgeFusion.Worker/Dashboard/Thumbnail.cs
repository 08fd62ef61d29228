using System.Globalization;
using EdgeFusion.Buffering;
using EdgeFusion.Sensing;
using Microsoft.AspNetCore.Http;

namespace EdgeFusion.Worker.Dashboard;

/// <summary>A small copy of the newest frame of a camera.</summary>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Sequence">Sequence of the frame in its ring.</param>
/// <param name="Capture">When it was taken.</param>
/// <param name="Rgb">Rows of red, green, blue.</param>
internal sealed record Thumbnail(int Width, int Height, long Sequence, Time.Timestamp Capture, byte[] Rgb)
{
    private const int LargestSide = 192;

    /// <summary>A small copy of the newest frame; null where there is none or it was overwritten.</summary>
    public static Thumbnail? Take(SensorRing ring)
    {
        long sequence = ring.Published - 1;
        if (sequence < 0 || ring.Info.Layout is not FrameLayout layout)
        {
            return null;
        }

        Thumbnail? taken = Of(layout, ring.Payload(sequence), sequence, ring.Header(sequence).Capture);
        return ring.IsIntact(sequence) ? taken : null;
    }

    /// <summary>Takes every n-th pixel of a frame; null where it is none.</summary>
    public static Thumbnail? Of(
        FrameLayout layout, ReadOnlySpan<byte> pixels, long sequence, Time.Timestamp capture)
    {
        int step = Math.Max(1, (Math.Max(layout.Width, layout.Height) + LargestSide - 1) / LargestSide);
        int width = layout.Width / step;
        int height = layout.Height / step;
        if (width == 0 || height == 0 || pixels.Length < layout.Width * layout.Height * layout.Channels)
        {
            return null;
        }

        var rgb = new byte[width * height * 3];
        int channels = layout.Channels;
        (int red, int blue) = layout.Format == PixelFormat.Bgr8 ? (2, 0) : (0, channels - 1);
        int at = 0;
        for (int y = 0; y < height; y++)
        {
            int row = y * step * layout.Width * channels;
            for (int x = 0; x < width; x++, at += 3)
            {
                int from = row + (x * step * channels);
                rgb[at] = pixels[from + red];
                rgb[at + 1] = pixels[from + (channels / 2)];
                rgb[at + 2] = pixels[from + blue];
            }
        }

        return new Thumbnail(width, height, sequence, capture, rgb);
    }

    /// <summary>Answers with it: the pixels, and the size in headers.</summary>
    public Task WriteAsync(HttpResponse response, CancellationToken ended)
    {
        response.ContentType = "application/octet-stream";
        response.Headers["X-Width"] = Width.ToString(CultureInfo.InvariantCulture);
        response.Headers["X-Height"] = Height.ToString(CultureInfo.InvariantCulture);
        return response.Body.WriteAsync(Rgb, ended).AsTask();
    }
}
