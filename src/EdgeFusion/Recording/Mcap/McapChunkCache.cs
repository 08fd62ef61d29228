using System.Buffers.Binary;
using EdgeFusion.Recording.Bags;

namespace EdgeFusion.Recording.Mcap;

/// <summary>
/// The chunks that are being merged, within a budget of memory. Where more chunks overlap than fit, each keeps only
/// its next messages and is read again for the following ones: the batches of an external merge sort. That takes time
/// in proportion to the overlap, and memory never.
/// </summary>
internal sealed class McapChunkCache(
    McapSource source, McapContents contents, McapReadOptions options, McapMessageFilter filter)
{
    /// <summary>Smallest batch per chunk; with less, reading again for every few messages would never end.</summary>
    private const int MinBatchBytes = 1024;

    private readonly ChunkLoader _loader = contents.Connections is { } connections
        ? new BagChunkLoader(source, connections, options)
        : new McapChunkLoader(source, options);

    private readonly List<McapChunkSlot> _open = [];
    private readonly Stack<McapChunkSlot> _free = new();

    /// <summary>Where chunks are unpacked that keep only a batch.</summary>
    private readonly McapChunkSlot _loading = new();

    /// <summary>Whether a channel is wanted, by id: 0 unknown, 1 yes, 2 no. Asked once per message.</summary>
    private readonly byte[] _wanted = new byte[ushort.MaxValue + 1];

    /// <summary>Loads within this time range only; may be raised to seek.</summary>
    public ulong FromTime { get; set; } = filter.FromTime;

    /// <summary>What could not be read, with <see cref="McapReadOptions.Recover"/>.</summary>
    public McapLosses Losses { get; } = new();

    /// <summary>Reads a chunk.</summary>
    /// <returns>A slot at the first wanted message; null where the chunk has none.</returns>
    /// <exception cref="RecordingException">
    /// The chunk is damaged and recovering is not asked for, or too many chunks overlap.
    /// </exception>
    public McapChunkSlot? Open(int chunk)
    {
        // The list of messages takes 16 bytes for each record of at least 31: half as much again.
        var needed = contents.Chunks[chunk].UnpackedLength * 3L / 2;
        foreach (var other in _open)
            needed += other.Bytes;
        var isTight = _open.Count > 0 && needed > options.MaxBufferedBytes;
        var slot = isTight || !_free.TryPop(out var free) ? new McapChunkSlot() : free;
        if (isTight)
        {
            var share = MakeRoom(source.Place(contents.Chunks[chunk].Offset));
            Load(_loading, chunk, Losses);
            slot.TakeBatch(_loading, 0, share);
        }
        else
        {
            Load(slot, chunk, Losses);
        }

        slot.Chunk = chunk;
        if (slot.Total == 0)
        {
            _free.Push(slot);
            return null;
        }

        _open.Add(slot);
        return slot;
    }

    /// <summary>Reads the next batch of a chunk that keeps only batches.</summary>
    /// <returns>False where the chunk has nothing more; the slot is free then.</returns>
    public bool Refill(McapChunkSlot slot)
    {
        var position = slot.First + slot.Entries.Length;
        if (position >= slot.Total)
        {
            _open.Remove(slot);
            _free.Push(slot);
            return false;
        }

        var place = source.Place(contents.Chunks[slot.Chunk].Offset);
        var share = MakeRoom(place);
        Load(_loading, slot.Chunk, losses: null);
        if (_loading.Total != slot.Total)
            throw place.Damaged("the chunk changed while it was read");
        slot.TakeBatch(_loading, position, share);
        return true;
    }

    public void FreeAll()
    {
        foreach (var slot in _open)
            _free.Push(slot);
        _open.Clear();
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

    /// <summary>Reads a chunk into a slot, whole. Damage is counted where losses are given.</summary>
    private void Load(McapChunkSlot slot, int chunk, McapLosses? losses)
    {
        ref readonly var reference = ref contents.Chunks[chunk];
        slot.Clear();
        var place = source.Place(reference.Offset);
        try
        {
            List(slot, _loader.Read(slot, reference, place), reference, place, losses);
            slot.Sort();
        }
        catch (RecordingException fault) when (options.Recover && fault.InnerException is not IOException)
        {
            slot.Clear();
            Count(losses, fault, reference.Length);
        }
    }

    /// <summary>Brings the open chunks down to half the budget.</summary>
    /// <returns>What a chunk may take as its next batch.</returns>
    private long MakeRoom(McapPlace place)
    {
        _free.Clear();
        // Up to twice the share is left alone (rounded sizes), so all shares together are a quarter of the budget.
        var share = options.MaxBufferedBytes / (4L * (_open.Count + 1));
        if (share < MinBatchBytes)
            throw place.TooLarge(
                $"{_open.Count + 1} chunks overlap in time, too many to merge in {options.MaxBufferedBytes} bytes",
                nameof(options.MaxBufferedBytes));
        foreach (var slot in _open)
        {
            if (slot.Bytes <= 2 * share || slot.Position >= slot.Entries.Length)
                continue;
            if (slot.Bytes > _loading.Bytes)
            {
                // The memory of a whole chunk is what loading the next one needs.
                slot.SwapWith(_loading);
                slot.TakeBatch(_loading, _loading.Position, share);
            }
            else
            {
                slot.TakeBatch(slot, slot.Position, share);
            }
        }

        return share;
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
}
