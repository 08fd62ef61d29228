using EdgeFusion.Models;
using EdgeFusion.Sensing;

namespace EdgeFusion.Windowing.Binding;

/// <summary>
/// Scales uint8 images with an antialiased triangle filter (bilinear where it enlarges, area-weighted where it
/// shrinks), in integers, so that the result is the same on every machine.
/// </summary>
/// <remarks>
/// Separable: rows first, then columns. Weights have 14 bits, and the 8-bit intermediate is rounded. Not thread-safe;
/// allocates only at construction.
/// </remarks>
internal sealed class FrameScaler
{
    private const int WeightBits = 14;
    private const int Half = 1 << (WeightBits - 1);

    private readonly FrameLayout _source;
    private readonly PixelFormat _format;
    private readonly int _width;
    private readonly int _height;
    private readonly Axis _horizontal;
    private readonly Axis _vertical;
    private readonly byte[] _rows;

    public FrameScaler(FrameLayout source, int width, int height, PixelFormat format, FrameFit fit)
    {
        _source = source;
        _format = format;
        _width = width;
        _height = height;
        (double cropWidth, double cropHeight) = fit == FrameFit.Stretch
            ? (source.Width, source.Height)
            : Crop(source, width, height);
        _horizontal = new Axis(source.Width, cropWidth, width);
        _vertical = new Axis(source.Height, cropHeight, height);
        _rows = new byte[source.Height * width * source.Channels];
    }

    /// <summary>Scales one image.</summary>
    public void Scale(ReadOnlySpan<byte> source, Span<byte> target)
    {
        int channels = _source.Channels;
        for (int y = 0; y < _source.Height; y++)
        {
            ScaleRow(
                source.Slice(y * _source.Width * channels, _source.Width * channels),
                _rows.AsSpan(y * _width * channels, _width * channels), channels);
        }

        for (int y = 0; y < _height; y++)
        {
            ScaleColumn(y, target, channels);
        }
    }

    private static (double Width, double Height) Crop(FrameLayout source, int width, int height)
    {
        double aspect = width / (double)height;
        return source.Width > source.Height * aspect
            ? (source.Height * aspect, source.Height)
            : (source.Width, source.Width / aspect);
    }

    private void ScaleRow(ReadOnlySpan<byte> source, Span<byte> target, int channels)
    {
        for (int x = 0; x < _width; x++)
        {
            ReadOnlySpan<int> weights = _horizontal.Weights(x, out int first);
            for (int c = 0; c < channels; c++)
            {
                int sum = Half;
                int at = (first * channels) + c;
                for (int k = 0; k < weights.Length; k++, at += channels)
                {
                    sum += weights[k] * source[at];
                }

                target[(x * channels) + c] = (byte)(sum >> WeightBits);
            }
        }
    }

    private void ScaleColumn(int y, Span<byte> target, int channels)
    {
        ReadOnlySpan<int> weights = _vertical.Weights(y, out int first);
        int stride = _width * channels;
        Span<int> pixel = stackalloc int[3];
        for (int x = 0; x < _width; x++)
        {
            for (int c = 0; c < channels; c++)
            {
                int sum = Half;
                int at = (first * stride) + (x * channels) + c;
                for (int k = 0; k < weights.Length; k++, at += stride)
                {
                    sum += weights[k] * _rows[at];
                }

                pixel[c] = sum >> WeightBits;
            }

            Store(pixel, target, (y * _width) + x);
        }
    }

    private void Store(ReadOnlySpan<int> pixel, Span<byte> target, int index)
    {
        bool sourceGray = _source.Format == PixelFormat.Gray8;
        int red = sourceGray ? pixel[0] : _source.Format == PixelFormat.Rgb8 ? pixel[0] : pixel[2];
        int green = sourceGray ? pixel[0] : pixel[1];
        int blue = sourceGray ? pixel[0] : _source.Format == PixelFormat.Rgb8 ? pixel[2] : pixel[0];
        if (_format == PixelFormat.Gray8)
        {
            // ITU-R BT.601 luma in 8 bits: 77 + 150 + 29 = 256.
            target[index] = sourceGray
                ? (byte)red
                : (byte)(((77 * red) + (150 * green) + (29 * blue) + 128) >> 8);
            return;
        }

        int at = index * 3;
        target[at] = (byte)(_format == PixelFormat.Rgb8 ? red : blue);
        target[at + 1] = (byte)green;
        target[at + 2] = (byte)(_format == PixelFormat.Rgb8 ? blue : red);
    }

    /// <summary>Filter weights of one direction; those of each output sum to exactly 1 in fixed point.</summary>
    private sealed class Axis
    {
        private readonly int[] _first;
        private readonly int[][] _weights;

        public Axis(int length, double cropped, int outputs)
        {
            _first = new int[outputs];
            _weights = new int[outputs][];
            double scale = cropped / outputs;
            double offset = (length - cropped) / 2;
            double radius = Math.Max(1, scale);
            for (int i = 0; i < outputs; i++)
            {
                // Pixel centres lie at half-integers.
                double centre = offset + ((i + 0.5) * scale) - 0.5;
                int low = Math.Clamp((int)Math.Ceiling(centre - radius), 0, length - 1);
                int high = Math.Clamp((int)Math.Floor(centre + radius), low, length - 1);
                _first[i] = low;
                _weights[i] = Normalised(low, high, centre, radius);
            }
        }

        public ReadOnlySpan<int> Weights(int output, out int first)
        {
            first = _first[output];
            return _weights[output];
        }

        private static int[] Normalised(int low, int high, double centre, double radius)
        {
            var raw = new double[high - low + 1];
            double total = 0;
            for (int k = 0; k < raw.Length; k++)
            {
                raw[k] = Math.Max(1e-9, 1 - (Math.Abs(low + k - centre) / radius));
                total += raw[k];
            }

            var weights = new int[raw.Length];
            int sum = 0;
            int largest = 0;
            for (int k = 0; k < raw.Length; k++)
            {
                weights[k] = (int)Math.Round(raw[k] / total * (1 << WeightBits));
                sum += weights[k];
                largest = weights[k] > weights[largest] ? k : largest;
            }

            weights[largest] += (1 << WeightBits) - sum;
            return weights;
        }
    }
}
