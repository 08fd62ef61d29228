using System.Buffers.Binary;

namespace EdgeFusion.Recording.Mcap;

/// <summary>
/// Unpacked chunks within a budget of memory. A chunk that no longer fits is dropped and read again when its turn
/// comes: slow where a whole file overlaps, but bounded.
/// </summary>
internal sealed class McapChunkCache(
    McapSource source, McapContents contents, McapReadOptions options, McapMessageFilter filter)
{
    private readonly McapChunkDecoder _decoder = new(options);
    private readonly List<McapChunkSlot> _slots = [];
    private byte[] _stored = [];
    private long _uses;

    /// <summary>Whether a channel is wanted, by id: 0 unknown, 1 yes, 2 no. Asked once per message.</summary>
    private readonly byte[] _wanted = new byte[ushort.MaxValue + 1];

    /// <summary>Loads within this time range only; may be raised to seek.</summary>
    public ulong FromTime { get; set; } = filter.FromTime;

    /// <summary>What could not be read, with <see cref="McapReadOptions.Recover"/>.</summary>
    public McapLosses Losses { get; } = new();

    /// <summary>The chunk with its wanted messages in order; from memory where it is still there.</summary>
    /// <exception cref="RecordingException">The chunk is damaged and recovering is not asked for.</exception>
    public McapChunkSlot Get(int chunk)
    {
        foreach (var slot in _slots)
        {
            if (slot.Chunk != chunk)
                continue;
            slot.LastUse = ++_uses;
            return slot;
        }

        return Load(chunk, isFirst: false);
    }

    /// <summary>Reads a chunk; damage is counted on the first load only.</summary>
    public McapChunkSlot Load(int chunk, bool isFirst)
    {
        ref readonly var reference = ref contents.Chunks[chunk];
        var slot = TakeSlot(reference);
        slot.LastUse = ++_uses;
        slot.Clear();
        var place = source.Place(reference.Offset);
        McapLosses? losses = isFirst ? Losses : null;
        try
        {
            var records = reference.IsPlain ? ReadPlain(slot, reference) : ReadChunk(slot, reference, place);
            List(slot, records, reference, place, losses);
            slot.Sort();
        }
        catch (RecordingException fault) when (options.Recover && fault.InnerException is not IOException)
        {
            slot.Clear();
            Count(losses, fault, reference.Length);
        }

        slot.Chunk = chunk;
        KeepBudget(slot, slot.Bytes);
        return slot;
    }

    /// <summary>The chunk is read to its end: its memory is free for another.</summary>
    public void Free(int chunk)
    {
        foreach (var slot in _slots)
        {
            if (slot.Chunk == chunk)
                slot.Chunk = -1;
        }
    }

    public void FreeAll()
    {
        foreach (var slot in _slots)
            slot.Chunk = -1;
    }

    /// <summary>Whether a chunk may hold a wanted message, as far as its index tells.</summary>
    public bool MayHold(in McapChunkRef chunk)
    {
        if (filter.Topics is null || chunk.ChannelCount == 0)
            return true;
        for (var i = 0; i < chunk.ChannelCount; i++)
        {
            if (contents.Definitions.Channels.TryGetValue(contents.ChannelOf(chunk, i), out var channel)
                && filter.Wants(channel))
                return true;
        }

        return false;
    }

    /// <summary>A free slot, a new one within the budget, or the least recently used.</summary>
    private McapChunkSlot TakeSlot(in McapChunkRef reference)
    {
        // The list of messages takes 16 bytes for each record of at least 31: half as much again.
        var needed = reference.UnpackedLength * 3L / 2;
        McapChunkSlot? slot = null;
        McapChunkSlot? oldest = null;
        long total = 0;
        foreach (var candidate in _slots)
        {
            total += candidate.Bytes;
            if (candidate.Chunk < 0)
                slot ??= candidate;
            if (oldest is null || candidate.LastUse < oldest.LastUse)
                oldest = candidate;
        }

        if (slot is null && total + needed > options.MaxBufferedBytes)
            slot = oldest;
        if (slot is null)
        {
            slot = new McapChunkSlot();
            _slots.Add(slot);
        }

        slot.Chunk = -1;
        KeepBudget(slot, Math.Max(slot.Bytes, needed));
        return slot;
    }

    /// <summary>Gives memory back, least recently used first, until the budget holds.</summary>
    /// <param name="keep">The slot in use.</param>
    /// <param name="keepBytes">What that slot takes, or is about to.</param>
    private void KeepBudget(McapChunkSlot keep, long keepBytes)
    {
        while (true)
        {
            McapChunkSlot? oldest = null;
            var total = keepBytes;
            foreach (var slot in _slots)
            {
                if (slot == keep)
                    continue;
                total += slot.Bytes;
                if (oldest is null || slot.LastUse < oldest.LastUse)
                    oldest = slot;
            }

            if (oldest is null || total <= options.MaxBufferedBytes)
                return;
            _slots.Remove(oldest);
        }
    }

    private ReadOnlySpan<byte> ReadPlain(McapChunkSlot slot, in McapChunkRef reference)
    {
        Reserve(ref slot.Memory, reference.Length);
        source.ReadAt(reference.Offset, slot.Memory.AsSpan(0, reference.Length));
        slot.RecordsStart = 0;
        return slot.Memory.AsSpan(0, reference.Length);
    }

    private ReadOnlySpan<byte> ReadChunk(McapChunkSlot slot, in McapChunkRef reference, McapPlace place)
    {
        if (reference.Length - McapFormat.RecordHeaderBytes > options.MaxRecordBytes)
            throw place.TooLarge(
                $"the chunk has {reference.Length} bytes, more than the limit of {options.MaxRecordBytes}",
                nameof(options.MaxRecordBytes));
        Reserve(ref _stored, reference.Length);
        var record = _stored.AsSpan(0, reference.Length);
        source.ReadAt(reference.Offset, record);
        if (record.Length < McapFormat.RecordHeaderBytes
            || record[0] != (byte)McapOpcode.Chunk
            || BinaryPrimitives.ReadUInt64LittleEndian(record[1..])
                != (ulong)(reference.Length - McapFormat.RecordHeaderBytes))
            throw place.Damaged($"there is no chunk of {reference.Length} bytes, where the index names one");

        var records = _decoder.Decode(record[McapFormat.RecordHeaderBytes..], place, ref slot.Memory);
        slot.RecordsStart = 0;
        if (((ReadOnlySpan<byte>)record).Overlaps(records, out var start))
        {
            // Uncompressed: the record itself becomes the chunk's memory, and the old memory takes the next record.
            slot.RecordsStart = start;
            (_stored, slot.Memory) = (slot.Memory, _stored);
        }

        return records;
    }

    private void List(
        McapChunkSlot slot, ReadOnlySpan<byte> records, in McapChunkRef reference, McapPlace place, McapLosses? losses)
    {
        var walk = new McapChunkContents(records, place, 0, reference.IsPlain);
        try
        {
            while (walk.MoveNext())
            {
                if (walk.Opcode == McapOpcode.Message)
                    ListMessage(slot, ref walk, reference);
                else if (walk.Opcode == McapOpcode.Schema && !reference.IsPlain)
                    contents.Definitions.AddSchema(walk.Body, walk.Place);
                else if (walk.Opcode == McapOpcode.Channel && !reference.IsPlain)
                    contents.Definitions.AddChannel(walk.Body, walk.Place);
            }
        }
        catch (RecordingException fault) when (options.Recover)
        {
            // What came before the fault stands, as the streamed reader delivers it.
            Count(losses, fault, Math.Min(records.Length - walk.Offset, reference.Length));
        }
    }

    private void ListMessage(McapChunkSlot slot, ref McapChunkContents walk, in McapChunkRef reference)
    {
        var body = walk.Body;
        if (body.Length < McapFormat.MessageHeaderBytes)
            throw walk.Place.Damaged($"Message has {body.Length} bytes, less than its header");
        var channelId = BinaryPrimitives.ReadUInt16LittleEndian(body);
        var time = BinaryPrimitives.ReadUInt64LittleEndian(body[6..]);
        if (_wanted[channelId] == 0)
            _wanted[channelId] = filter.Wants(
                contents.Definitions.Find(channelId, walk.Place).Channel) ? (byte)1 : (byte)2;
        if (time < reference.StartTime || time > reference.EndTime)
            throw walk.Place.Damaged(
                $"a message has time {time}, outside {reference.StartTime} to {reference.EndTime} of the index");
        if (_wanted[channelId] == 1 && time >= FromTime && time <= filter.ToTime)
            slot.Add(new McapMessageEntry(time, walk.Position - body.Length, body.Length));
    }

    private static void Count(McapLosses? losses, RecordingException fault, long bytes)
    {
        if (losses is null)
            return;
        losses.Note(fault);
        losses.DamagedChunks++;
        losses.LostBytes += bytes;
    }

    private static void Reserve(ref byte[] memory, int bytes)
    {
        if (memory.Length < bytes)
            memory = GC.AllocateUninitializedArray<byte>(McapSizes.Grown(bytes, Array.MaxLength));
    }
}
