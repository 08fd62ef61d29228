using System.Numerics;
using System.Runtime.InteropServices;

namespace EdgeFusion.Sensing;

/// <summary>Looks for NaN and infinities in float payloads. Pure; hot path.</summary>
internal static class FiniteCheck
{
    public static bool AllFinite(SampleLayout layout, ReadOnlySpan<byte> payload) => layout switch
    {
        VectorLayout => AllFinite(MemoryMarshal.Cast<byte, float>(payload)),
        AudioLayout { Format: AudioFormat.Float32 } => AllFinite(MemoryMarshal.Cast<byte, float>(payload)),
        _ => true,
    };

    /// <remarks>
    /// x * 0 is 0 for every finite x and NaN otherwise, so the sum of all products is 0 exactly when all are finite.
    /// </remarks>
    public static bool AllFinite(ReadOnlySpan<float> values)
    {
        int width = Vector<float>.Count;
        int i = 0;
        float sum = 0;
        if (values.Length >= width)
        {
            Vector<float> sums = Vector<float>.Zero;
            for (; i <= values.Length - width; i += width)
            {
                sums += new Vector<float>(values.Slice(i, width)) * Vector<float>.Zero;
            }

            sum = Vector.Sum(sums);
        }

        for (; i < values.Length; i++)
        {
            sum += values[i] * 0;
        }

        return sum == 0;
    }
}
