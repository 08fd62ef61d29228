namespace EdgeFusion.Recording.Mcap;

/// <summary>Reads stretches of a file into memory as records of MCAP. Believes no length.</summary>
/// <remarks><b>Threading.</b> One thread; the memory is reused from stretch to stretch.</remarks>
internal abstract class ChunkLoader(McapSource source, McapReadOptions options)
{
    private byte[] _stored = [];

    /// <summary>Bytes as they lie in the file, of the last stretch that was read.</summary>
    protected ref byte[] Stored => ref _stored;

    protected McapSource Source => source;

    /// <summary>Reads a stretch.</summary>
    /// <param name="slot">Its memory receives the records, from its RecordsStart on.</param>
    /// <param name="reference">The stretch.</param>
    /// <param name="place">Where it lies.</param>
    /// <exception cref="RecordingException">Damaged, over a limit, or a codec is missing.</exception>
    public ReadOnlySpan<byte> Read(McapChunkSlot slot, in McapChunkRef reference, McapPlace place)
    {
        if (!reference.IsPlain && reference.Length - McapFormat.RecordHeaderBytes > options.MaxRecordBytes)
            throw place.TooLarge(
                $"the chunk has {reference.Length} bytes, more than the limit of {options.MaxRecordBytes}",
                nameof(options.MaxRecordBytes));
        return Unpack(slot, reference, place);
    }

    protected static void Reserve(ref byte[] memory, int bytes)
    {
        if (memory.Length < bytes)
            memory = GC.AllocateUninitializedArray<byte>(McapSizes.Grown(bytes, Array.MaxLength));
    }

    protected abstract ReadOnlySpan<byte> Unpack(McapChunkSlot slot, in McapChunkRef reference, McapPlace place);

    /// <summary>Reads a stretch as it lies in the file.</summary>
    protected Span<byte> ReadStored(in McapChunkRef reference)
    {
        Reserve(ref _stored, reference.Length);
        var stored = _stored.AsSpan(0, reference.Length);
        source.ReadAt(reference.Offset, stored);
        return stored;
    }
}
