using System.Numerics;
using System.Runtime.Intrinsics;

namespace EdgeFusion.Windowing.Binding;

/// <summary>
/// Pure vector kernels. Each computes the same operations in the same order for every element, with separate multiply
/// and add, so that results are bit-identical for every vector width.
/// </summary>
internal static class Kernels
{
    /// <summary>destination[i] = a[i] + (b[i] - a[i]) * weight.</summary>
    public static void Lerp(ReadOnlySpan<float> a, ReadOnlySpan<float> b, float weight, Span<float> destination)
    {
        int length = destination.Length;
        int width = Vector<float>.Count;
        if (length >= width)
        {
            // The last block may overlap the one before: the same values are then written twice.
            var weights = new Vector<float>(weight);
            for (int i = 0; i < length; i += width)
            {
                int at = Math.Min(i, length - width);
                var left = new Vector<float>(a.Slice(at, width));
                var right = new Vector<float>(b.Slice(at, width));
                (left + ((right - left) * weights)).CopyTo(destination.Slice(at, width));
            }

            return;
        }

        if (length >= Vector128<float>.Count)
        {
            int at = length - Vector128<float>.Count;
            Vector128<float> left = Vector128.Create(a[at..]);
            Vector128<float> last = left + ((Vector128.Create(b[at..]) - left) * weight);
            left = Vector128.Create(a);
            (left + ((Vector128.Create(b) - left) * weight)).CopyTo(destination);
            last.CopyTo(destination[at..]);
            return;
        }

        for (int i = 0; i < length && i < a.Length && i < b.Length; i++)
        {
            destination[i] = a[i] + ((b[i] - a[i]) * weight);
        }
    }

    /// <summary>
    /// Shifts by a fraction that grows slowly: destination[i] = s[i] + (s[i+1] - s[i]) * (fraction + i * growth).
    /// </summary>
    /// <param name="source">One element longer than <paramref name="destination"/>.</param>
    /// <param name="fraction">Fraction at the first element, 0..1.</param>
    /// <param name="growth">Growth of the fraction per element.</param>
    /// <param name="destination">Receives the result.</param>
    public static void Shift(ReadOnlySpan<float> source, float fraction, float growth, Span<float> destination)
    {
        int width = Vector<float>.Count;
        int i = 0;
        Vector<float> step = Vector.CreateSequence<float>(0, 1);
        for (; i <= destination.Length - width; i += width)
        {
            Vector<float> index = step + new Vector<float>(i);
            Vector<float> weights = new Vector<float>(fraction) + (index * new Vector<float>(growth));
            var left = new Vector<float>(source.Slice(i, width));
            var right = new Vector<float>(source.Slice(i + 1, width));
            (left + ((right - left) * weights)).CopyTo(destination.Slice(i, width));
        }

        for (; i < destination.Length; i++)
        {
            destination[i] = source[i] + ((source[i + 1] - source[i]) * (fraction + (i * growth)));
        }
    }

    /// <summary>16-bit PCM to floats of full scale -1..1.</summary>
    public static void ToFloat(ReadOnlySpan<short> source, Span<float> destination)
    {
        const float Scale = 1f / 32768f;
        int width = Vector<short>.Count;
        int half = Vector<float>.Count;
        int i = 0;
        var scale = new Vector<float>(Scale);
        for (; i <= source.Length - width; i += width)
        {
            Vector.Widen(new Vector<short>(source.Slice(i, width)), out Vector<int> low, out Vector<int> high);
            (Vector.ConvertToSingle(low) * scale).CopyTo(destination.Slice(i, half));
            (Vector.ConvertToSingle(high) * scale).CopyTo(destination.Slice(i + half, half));
        }

        for (; i < source.Length; i++)
        {
            destination[i] = source[i] * Scale;
        }
    }
}
