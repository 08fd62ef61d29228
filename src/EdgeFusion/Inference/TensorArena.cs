using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EdgeFusion.Models;

namespace EdgeFusion.Inference;

/// <summary>One tensor of an arena.</summary>
/// <param name="Name">Name in the graph.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Static shape.</param>
/// <param name="Offset">Offset in the arena in bytes; a multiple of <see cref="TensorArena.Alignment"/>.</param>
/// <param name="ByteCount">Size in bytes.</param>
public sealed record TensorSlot(string Name, TensorType Type, ImmutableArray<int> Shape, int Offset, int ByteCount);

/// <summary>
/// One aligned native block that holds every input and output tensor of a model for the engine's life, so that
/// binding and running allocate nothing.
/// </summary>
/// <remarks>
/// <para><b>Threading.</b> Used by one thread at a time.</para>
/// <para><b>Ownership.</b> Native memory; freed by <see cref="Dispose"/>. Spans handed out must not outlive it.</para>
/// </remarks>
public sealed unsafe class TensorArena : IDisposable
{
    /// <summary>Alignment of every tensor in bytes: a cache line, and the widest vector register.</summary>
    public const int Alignment = 64;

    private byte* _block;

    /// <summary>Lays out all tensors of a manifest: inputs in order, mask, context, then per head logits and
    /// per-modality logits, then the embedding.</summary>
    public TensorArena(ModelManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var layout = new Layout();
        foreach (ModelInput input in manifest.Inputs)
        {
            layout.Add(input.Tensor, input.Type, input.Shape);
        }

        InputCount = manifest.Inputs.Length;
        if (manifest.Mask is { } mask)
        {
            MaskIndex = layout.Add(mask.Tensor, TensorType.Float32, [1, InputCount]);
        }

        ImmutableArray<int>.Builder context = ImmutableArray.CreateBuilder<int>();
        foreach (ContextInput entry in manifest.Context)
        {
            context.Add(layout.Add(entry.Tensor, TensorType.Float32, [1, entry.Labels.Length]));
        }

        ContextIndices = context.ToImmutable();
        FirstOutput = layout.Slots.Count;
        ImmutableArray<int>.Builder logits = ImmutableArray.CreateBuilder<int>();
        ImmutableArray<int>.Builder perModality = ImmutableArray.CreateBuilder<int>();
        foreach (ModelHead head in manifest.Heads)
        {
            logits.Add(layout.Add(head.Tensor, TensorType.Float32, [1, head.Labels.Length]));
            perModality.Add(head.PerModalityTensor is { } name
                ? layout.Add(name, TensorType.Float32, [1, InputCount, head.Labels.Length])
                : -1);
        }

        HeadIndices = logits.ToImmutable();
        PerModalityIndices = perModality.ToImmutable();
        if (manifest.Embedding is { } embedding)
        {
            EmbeddingIndex = layout.Add(embedding.Tensor, TensorType.Float32, [1, embedding.Size]);
        }

        Slots = layout.Slots.ToImmutable();
        ByteCount = layout.End;
        _block = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(ByteCount, Alignment), Alignment);
        NativeMemory.Clear(_block, (nuint)Math.Max(ByteCount, Alignment));
    }

    /// <summary>All tensors: inputs, mask, context, outputs.</summary>
    public ImmutableArray<TensorSlot> Slots { get; }

    /// <summary>Number of model inputs without the mask; they are the first slots.</summary>
    public int InputCount { get; }

    /// <summary>Slot of the mask, -1 where the model has none.</summary>
    public int MaskIndex { get; } = -1;

    /// <summary>Slot of each context input; empty where the model has none.</summary>
    public ImmutableArray<int> ContextIndices { get; }

    /// <summary>First slot that is an output.</summary>
    public int FirstOutput { get; }

    /// <summary>Slot of each head's logits.</summary>
    public ImmutableArray<int> HeadIndices { get; }

    /// <summary>Slot of each head's per-modality logits, -1 where it has none.</summary>
    public ImmutableArray<int> PerModalityIndices { get; }

    /// <summary>Slot of the embedding, -1 where the model has none.</summary>
    public int EmbeddingIndex { get; } = -1;

    /// <summary>Size of the block in bytes.</summary>
    public int ByteCount { get; }

    /// <summary>Address of a tensor, for binding; valid until <see cref="Dispose"/>.</summary>
    public nint Address(int slot)
    {
        ObjectDisposedException.ThrowIf(_block == null, this);
        return (nint)(_block + Slots[slot].Offset);
    }

    /// <summary>A tensor as bytes.</summary>
    public Span<byte> Bytes(int slot)
    {
        ObjectDisposedException.ThrowIf(_block == null, this);
        TensorSlot tensor = Slots[slot];
        return new Span<byte>(_block + tensor.Offset, tensor.ByteCount);
    }

    /// <summary>A float tensor as floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<float> Floats(int slot) => MemoryMarshal.Cast<byte, float>(Bytes(slot));

    /// <summary>Copies inputs, mask and context to an arena with the same input tensors.</summary>
    internal void CopyInputsTo(TensorArena other)
    {
        for (int slot = 0; slot < FirstOutput; slot++)
        {
            Bytes(slot).CopyTo(other.Bytes(slot));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the block where <see cref="Dispose"/> was forgotten.</summary>
    ~TensorArena() => Free();

    private void Free()
    {
        NativeMemory.AlignedFree(_block);
        _block = null;
    }

    private sealed class Layout
    {
        public ImmutableArray<TensorSlot>.Builder Slots { get; } = ImmutableArray.CreateBuilder<TensorSlot>();

        public int End { get; private set; }

        public int Add(string name, TensorType type, ImmutableArray<int> shape)
        {
            int bytes = type == TensorType.UInt8 ? 1 : sizeof(float);
            foreach (int extent in shape)
            {
                bytes = checked(bytes * extent);
            }

            Slots.Add(new TensorSlot(name, type, shape, End, bytes));
            End = checked((End + bytes + Alignment - 1) / Alignment * Alignment);
            return Slots.Count - 1;
        }
    }
}
