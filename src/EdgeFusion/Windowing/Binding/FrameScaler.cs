using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using EdgeFusion.Models;
using EdgeFusion.Sensing;

namespace EdgeFusion.Windowing.Binding;

/// <summary>
/// Scales uint8 images with an antialiased triangle filter (bilinear where it enlarges, area-weighted where it
/// shrinks), in integers, so that the result is the same on every machine.
/// </summary>
/// <remarks>
/// Separable: columns first, a whole row of bytes at a time, then along each of the few rows that are left. Weights
/// have 14 bits, and the 8-bit intermediate is rounded. Not thread-safe; allocates only at construction.
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
    private readonly byte[] _row;
    private readonly int _stride;
    private readonly bool _swapped;

    /// <summary>The bytes of a row that cropping leaves.</summary>
    private readonly int _from;
    private readonly int _to;

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
        _stride = source.Width * source.Channels;

        // Four colour taps are loaded as sixteen bytes, of which the last ones may lie beyond the row.
        _row = new byte[_stride + Vector128<byte>.Count];
        _swapped = source.Format != format;
        (_from, _to) = (_horizontal.First * source.Channels, _horizontal.End * source.Channels);
    }

    /// <summary>Scales one image.</summary>
    public void Scale(ReadOnlySpan<byte> source, Span<byte> target)
    {
        for (int y = 0; y < _height; y++)
        {
            ReadOnlySpan<int> weights = _vertical.Weights(y, out int first);
            Blend(source, first, weights);
            if (_source.Channels == 3 && _horizontal.HasQuads && _format != PixelFormat.Gray8)
            {
                ScaleColourByQuads(target.Slice(y * _width * 3, _width * 3));
            }
            else if (_source.Channels == 3)
            {
                ScaleColour(target, y);
            }
            else
            {
                ScaleGray(target, y);
            }
        }
    }

    private static (double Width, double Height) Crop(FrameLayout source, int width, int height)
    {
        double aspect = width / (double)height;
        return source.Width > source.Height * aspect
            ? (source.Height * aspect, source.Height)
            : (source.Width, source.Width / aspect);
    }

    /// <summary>The weighted mean of some rows into one row of bytes.</summary>
    private void Blend(ReadOnlySpan<byte> source, int first, ReadOnlySpan<int> weights)
    {
        ReadOnlySpan<byte> rows = source.Slice(first * _stride, weights.Length * _stride);
        if (weights.Length == 1)
        {
            rows.CopyTo(_row);
            return;
        }

        int width = Vector<byte>.Count;
        if (_to - _from < width)
        {
            BlendBytes(rows, weights);
            return;
        }

        // The last block may overlap the one before: the same bytes are then written twice.
        for (int i = _from; ; i = Math.Min(i + width, _to - width))
        {
            BlendBlock(rows, weights, i);
            if (i == _to - width)
            {
                return;
            }
        }
    }

    /// <summary>One vector of bytes; exact in 32 bits, as weights sum to 2^14 and values are bytes.</summary>
    private void BlendBlock(ReadOnlySpan<byte> rows, ReadOnlySpan<int> weights, int at)
    {
        var half = new Vector<int>(Half);
        (Vector<int> a, Vector<int> b, Vector<int> c, Vector<int> d) = (half, half, half, half);
        for (int k = 0; k < weights.Length; k++)
        {
            Vector.Widen(
                new Vector<byte>(rows.Slice((k * _stride) + at, Vector<byte>.Count)), out Vector<ushort> low,
                out Vector<ushort> high);
            Vector.Widen(low, out Vector<uint> first, out Vector<uint> second);
            Vector.Widen(high, out Vector<uint> third, out Vector<uint> fourth);
            var weight = new Vector<int>(weights[k]);
            a += Vector.AsVectorInt32(first) * weight;
            b += Vector.AsVectorInt32(second) * weight;
            c += Vector.AsVectorInt32(third) * weight;
            d += Vector.AsVectorInt32(fourth) * weight;
        }

        Vector<short> lower = Vector.Narrow(a >> WeightBits, b >> WeightBits);
        Vector<short> upper = Vector.Narrow(c >> WeightBits, d >> WeightBits);
        Vector.Narrow(Vector.AsVectorUInt16(lower), Vector.AsVectorUInt16(upper)).CopyTo(_row.AsSpan(at));
    }

    /// <summary>Rows shorter than a vector.</summary>
    private void BlendBytes(ReadOnlySpan<byte> rows, ReadOnlySpan<int> weights)
    {
        for (int i = _from; i < _to; i++)
        {
            int sum = Half;
            for (int k = 0; k < weights.Length; k++)
            {
                sum += weights[k] * rows[(k * _stride) + i];
            }

            _row[i] = (byte)(sum >> WeightBits);
        }
    }

    /// <summary>
    /// The common case, up to twice smaller or any enlargement: four taps, the three colours of each in the lanes of
    /// one vector.
    /// </summary>
    /// <param name="target">One row of pixels.</param>
    private void ScaleColourByQuads(Span<byte> target)
    {
        Vector128<byte> tap0 = Tap(0);
        Vector128<byte> tap1 = Tap(1);
        Vector128<byte> tap2 = Tap(2);
        Vector128<byte> tap3 = Tap(3);
        var order = Vector128.Create(_swapped ? 0xFF_00_04_08 : 0xFF_08_04_00).AsByte();
        var half = Vector128.Create(Half);
        ReadOnlySpan<byte> row = _row;
        for (int x = 0; x < _width; x++)
        {
            ReadOnlySpan<int> weights = _horizontal.Quad(x, out int first);
            Vector128<byte> pixels = Vector128.Create(row.Slice(first * 3, Vector128<byte>.Count));
            Vector128<int> sum = half
                + (Vector128.Shuffle(pixels, tap0).AsInt32() * weights[0])
                + (Vector128.Shuffle(pixels, tap1).AsInt32() * weights[1])
                + (Vector128.Shuffle(pixels, tap2).AsInt32() * weights[2])
                + (Vector128.Shuffle(pixels, tap3).AsInt32() * weights[3]);
            uint pixel = Vector128.Shuffle((sum >> WeightBits).AsByte(), order).AsUInt32().ToScalar();
            Span<byte> place = target[(x * 3)..];
            if (place.Length >= sizeof(uint))
            {
                // The fourth byte is the next pixel's, which is written afterwards.
                MemoryMarshal.Write(place, pixel);
            }
            else
            {
                (place[0], place[1], place[2]) = ((byte)pixel, (byte)(pixel >> 8), (byte)(pixel >> 16));
            }
        }
    }

    /// <summary>Shuffle that puts the three bytes of a pixel into three 32-bit lanes; 255 gives 0.</summary>
    private static Vector128<byte> Tap(int pixel)
    {
        uint first = (uint)(pixel * 3);
        return Vector128.Create(Lane(first), Lane(first + 1), Lane(first + 2), uint.MaxValue).AsByte();

        static uint Lane(uint index) => 0xFFFFFF00 | index;
    }

    private void ScaleColour(Span<byte> target, int y)
    {
        for (int x = 0; x < _width; x++)
        {
            ReadOnlySpan<int> weights = _horizontal.Weights(x, out int first);
            ReadOnlySpan<byte> pixels = _row.AsSpan(first * 3, weights.Length * 3);
            int c0 = Half;
            int c1 = Half;
            int c2 = Half;
            for (int k = 0; k < weights.Length && pixels.Length >= 3; k++)
            {
                int weight = weights[k];
                c0 += weight * pixels[0];
                c1 += weight * pixels[1];
                c2 += weight * pixels[2];
                pixels = pixels[3..];
            }

            Store(c0 >> WeightBits, c1 >> WeightBits, c2 >> WeightBits, target, (y * _width) + x);
        }
    }

    private void ScaleGray(Span<byte> target, int y)
    {
        for (int x = 0; x < _width; x++)
        {
            ReadOnlySpan<int> weights = _horizontal.Weights(x, out int first);
            int sum = Half;
            for (int k = 0; k < weights.Length; k++)
            {
                sum += weights[k] * _row[first + k];
            }

            int value = sum >> WeightBits;
            Store(value, value, value, target, (y * _width) + x);
        }
    }

    /// <summary>Writes one pixel, given in the source's channel order (grey: three times the same).</summary>
    private void Store(int c0, int c1, int c2, Span<byte> target, int index)
    {
        bool swapped = _source.Format == PixelFormat.Bgr8;
        int red = swapped ? c2 : c0;
        int blue = swapped ? c0 : c2;
        if (_format == PixelFormat.Gray8)
        {
            // ITU-R BT.601 luma in 8 bits: 77 + 150 + 29 = 256.
            target[index] = _source.Format == PixelFormat.Gray8
                ? (byte)c0
                : (byte)(((77 * red) + (150 * c1) + (29 * blue) + 128) >> 8);
            return;
        }

        int at = index * 3;
        target[at + 2] = (byte)(_format == PixelFormat.Rgb8 ? blue : red);
        target[at + 1] = (byte)c1;
        target[at] = (byte)(_format == PixelFormat.Rgb8 ? red : blue);
    }

    /// <summary>Filter weights of one direction; those of each output sum to exactly 1 in fixed point.</summary>
    private sealed class Axis
    {
        private const int Taps = 4;
        private readonly int[] _first;
        private readonly int[][] _weights;
        private readonly int[] _quadFirst;
        private readonly int[] _quads;

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

            First = _first[0];
            End = _first[^1] + _weights[^1].Length;
            HasQuads = length >= Taps && Array.TrueForAll(_weights, weights => weights.Length <= Taps);
            _quadFirst = new int[outputs];
            _quads = new int[HasQuads ? outputs * Taps : 0];
            for (int i = 0; i < outputs && HasQuads; i++)
            {
                // The four taps must lie inside the row; what lies outside an output's own taps has weight 0.
                _quadFirst[i] = Math.Min(_first[i], length - Taps);
                _weights[i].CopyTo(_quads, (i * Taps) + _first[i] - _quadFirst[i]);
            }
        }

        /// <summary>First source pixel that any output uses.</summary>
        public int First { get; }

        /// <summary>One past the last source pixel that any output uses.</summary>
        public int End { get; }

        /// <summary>Whether every output has at most four taps.</summary>
        public bool HasQuads { get; }

        /// <summary>The four taps of an output; only with <see cref="HasQuads"/>.</summary>
        public ReadOnlySpan<int> Quad(int output, out int first)
        {
            first = _quadFirst[output];
            return _quads.AsSpan(output * Taps, Taps);
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
