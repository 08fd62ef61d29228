using EdgeFusion.Inference;
using EdgeFusion.Models;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EdgeFusion.OnnxRuntime;

/// <summary>The tensors of an arena as the run time's values, over the same memory.</summary>
internal sealed class ArenaValues : IDisposable
{
    private readonly TensorArena _arena;
    private readonly OrtValue[] _values;

    public ArenaValues(TensorArena arena)
    {
        _arena = arena;
        _values = new OrtValue[arena.Slots.Length];
        for (int slot = 0; slot < _values.Length; slot++)
        {
            _values[slot] = Wrap(arena, slot);
        }
    }

    /// <summary>Names and values of a range of slots.</summary>
    public (string Name, OrtValue Value)[] Range(int first, int end)
    {
        var range = new (string, OrtValue)[end - first];
        for (int slot = first; slot < end; slot++)
        {
            range[slot - first] = (_arena.Slots[slot].Name, _values[slot]);
        }

        return range;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (OrtValue value in _values)
        {
            value.Dispose();
        }
    }

    private static OrtValue Wrap(TensorArena arena, int slot)
    {
        TensorSlot tensor = arena.Slots[slot];
        long[] shape = new long[tensor.Shape.Length];
        for (int i = 0; i < shape.Length; i++)
        {
            shape[i] = tensor.Shape[i];
        }

        TensorElementType type = tensor.Type == TensorType.UInt8 ? TensorElementType.UInt8 : TensorElementType.Float;
        return OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, type, shape, arena.Address(slot), tensor.ByteCount);
    }
}
