namespace EdgeFusion.Simulator.Vision;

/// <summary>
/// Drawing of rounded bars into an rgb8 image: containers, fingers, links and passers-by are all such bars. Hot path,
/// allocates nothing.
/// </summary>
internal readonly ref struct Canvas(Span<byte> pixels, int width, int height)
{
    private readonly Span<byte> _pixels = pixels;

    /// <summary>Draws a bar between two points with a half width in pixels; its ends bulge by a part of that.</summary>
    public void Bar((double X, double Y) from, (double X, double Y) to, double halfWidth, double bulge, Ramp ramp)
    {
        double dx = to.X - from.X;
        double dy = to.Y - from.Y;
        double length = Math.Sqrt((dx * dx) + (dy * dy));
        if (length < 1e-3 || halfWidth < 0.3)
        {
            return;
        }

        // u runs along the bar, v across it; the right-hand side of an upward bar has v > 0.
        float ux = (float)(dx / length);
        float uy = (float)(dy / length);
        float inverse = (float)(1 / halfWidth);
        double reach = halfWidth * (1 + bulge);
        int left = Math.Max(0, (int)(Math.Min(from.X, to.X) - reach));
        int right = Math.Min(width - 1, (int)(Math.Max(from.X, to.X) + reach));
        int top = Math.Max(0, (int)(Math.Min(from.Y, to.Y) - reach));
        int bottom = Math.Min(height - 1, (int)(Math.Max(from.Y, to.Y) + reach));
        ReadOnlySpan<byte> colours = ramp.Rgb;
        float cap = (float)(bulge * halfWidth);
        for (int y = top; y <= bottom; y++)
        {
            float py = y + 0.5f - (float)from.Y;
            int at = ((y * width) + left) * 3;
            for (int x = left; x <= right; x++, at += 3)
            {
                float px = x + 0.5f - (float)from.X;
                float v = ((-px * uy) + (py * ux)) * inverse;
                if (v is <= -1 or >= 1)
                {
                    continue;
                }

                float u = (px * ux) + (py * uy);
                float end = cap == 0 ? 0 : cap * MathF.Sqrt(1 - (v * v));
                if (u < -end || u > length + end)
                {
                    continue;
                }

                // v + 1 may round to 2 at the very edge.
                int step = Math.Min((int)((v + 1) * (Ramp.Steps / 2)), Ramp.Steps - 1) * 3;
                _pixels[at] = colours[step];
                _pixels[at + 1] = colours[step + 1];
                _pixels[at + 2] = colours[step + 2];
            }
        }
    }

    /// <summary>Darkens an upright ellipse by a strength of 0..1 in its middle, fading to its rim.</summary>
    public void Shadow(double x, double y, double halfWidth, double halfHeight, double strength)
    {
        int left = Math.Max(0, (int)(x - halfWidth));
        int right = Math.Min(width - 1, (int)(x + halfWidth));
        int top = Math.Max(0, (int)(y - halfHeight));
        int bottom = Math.Min(height - 1, (int)(y + halfHeight));
        for (int row = top; row <= bottom; row++)
        {
            double v = (row + 0.5 - y) / halfHeight;
            for (int column = left; column <= right; column++)
            {
                double u = (column + 0.5 - x) / halfWidth;
                double inside = 1 - (u * u) - (v * v);
                if (inside <= 0)
                {
                    continue;
                }

                int keep = 256 - (int)(256 * strength * Math.Min(1, 2 * inside));
                Span<byte> pixel = _pixels.Slice(((row * width) + column) * 3, 3);
                pixel[0] = (byte)((pixel[0] * keep) >> 8);
                pixel[1] = (byte)((pixel[1] * keep) >> 8);
                pixel[2] = (byte)((pixel[2] * keep) >> 8);
            }
        }
    }
}
