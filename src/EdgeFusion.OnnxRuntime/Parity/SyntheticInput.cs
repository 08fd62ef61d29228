using System.Collections.Immutable;
using System.Runtime.InteropServices;
using EdgeFusion.Inference;
using EdgeFusion.Models;

namespace EdgeFusion.OnnxRuntime.Parity;

/// <summary>
/// Values of synthetic windows by formula, so that a parity file need not store them. The same formula, word for word,
/// is models/training/edgefusion_training/parity.py.
/// </summary>
internal static class SyntheticInput
{
    private const uint GoldenRatio = 2654435769;
    private const uint Knuth = 2654435761;
    private const float Unit = 1f / 16777216;

    // Up to 15 inputs per case have keys of their own; with more, case c + 1 begins to repeat the last of case c.
    private const uint CaseStride = 16;

    /// <summary>Fills one input tensor.</summary>
    /// <param name="arena">The tensors.</param>
    /// <param name="slot">The input.</param>
    /// <param name="number">Number of the case.</param>
    /// <param name="low">Smallest value per channel; repeated over the elements.</param>
    /// <param name="span">Range of values per channel.</param>
    public static void Fill(
        TensorArena arena, int slot, int number, ImmutableArray<float> low, ImmutableArray<float> span)
    {
        uint key = unchecked(((CaseStride * (uint)number) + (uint)slot + 1) * GoldenRatio);
        Span<byte> bytes = arena.Bytes(slot);
        if (arena.Slots[slot].Type == TensorType.UInt8)
        {
            for (int i = 0; i < bytes.Length; i++)
            {
                bytes[i] = (byte)Hash((uint)i, key);
            }

            return;
        }

        Span<float> floats = MemoryMarshal.Cast<byte, float>(bytes);
        for (int i = 0; i < floats.Length; i++)
        {
            int channel = i % low.Length;
            floats[i] = low[channel] + (span[channel] * ((Hash((uint)i, key) >> 8) * Unit));
        }
    }

    /// <summary>The hash of element <paramref name="index"/> under a key.</summary>
    public static uint Hash(uint index, uint key)
    {
        unchecked
        {
            uint hash = (index * Knuth) + key;
            hash ^= hash >> 16;
            hash *= 2246822507;
            hash ^= hash >> 13;
            hash *= 3266489909;
            return hash ^ (hash >> 16);
        }
    }
}
