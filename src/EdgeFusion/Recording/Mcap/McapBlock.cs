using System.Buffers.Binary;

namespace EdgeFusion.Recording.Mcap;

/// <summary>
/// The records that wait for the next write: the contents of the next chunk, or plain records in a file without
/// chunks. Nothing in here counts as written.
/// </summary>
/// <remarks>Hot path: no allocation once the buffers have met the largest block.</remarks>
internal sealed class McapBlock(int capacity, bool withEntries, int lane = 0)
{
    private readonly McapBuffer _records = new(capacity);
    private readonly List<McapChannelState> _channels = new(64);

    /// <summary>0 for ordinary channels, 1 for bulk.</summary>
    public int Lane { get; } = lane;

    /// <summary>Number of the block in its lane, from 0.</summary>
    public long Number { get; private set; }

    /// <summary>The records.</summary>
    public McapBuffer Records => _records;

    /// <summary>Channels with messages in the block, by first message.</summary>
    public IReadOnlyList<McapChannelState> Channels => _channels;

    public int MessageCount { get; private set; }

    /// <summary>Earliest log time; 0 without messages.</summary>
    public ulong StartTime { get; private set; }

    /// <summary>Latest log time; 0 without messages.</summary>
    public ulong EndTime { get; private set; }

    /// <summary>Room for the data of a message; header space is kept in front of it.</summary>
    public Span<byte> PeekMessage(int maxBytes) => _records.Peek(
        McapFormat.RecordHeaderBytes + McapFormat.MessageHeaderBytes + maxBytes)
        [(McapFormat.RecordHeaderBytes + McapFormat.MessageHeaderBytes)..];

    /// <summary>Completes the message whose data lies in the room given by <see cref="PeekMessage"/>.</summary>
    public void AddMessage(McapChannelState channel, uint sequence, ulong logTime, ulong publishTime, int bytes)
    {
        var offset = _records.Length;
        var body = McapFormat.MessageHeaderBytes + bytes;
        var record = _records.Take(McapFormat.RecordHeaderBytes + body);
        record[0] = (byte)McapOpcode.Message;
        BinaryPrimitives.WriteUInt64LittleEndian(record[1..], (ulong)body);
        BinaryPrimitives.WriteUInt16LittleEndian(record[9..], channel.Channel.Id);
        BinaryPrimitives.WriteUInt32LittleEndian(record[11..], sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(record[15..], logTime);
        BinaryPrimitives.WriteUInt64LittleEndian(record[23..], publishTime);

        if (channel.Pending == 0)
            _channels.Add(channel);
        channel.Add(logTime, offset, withEntries);
        StartTime = MessageCount == 0 ? logTime : Math.Min(StartTime, logTime);
        EndTime = Math.Max(EndTime, logTime);
        MessageCount++;
    }

    /// <summary>The block is in the file: its messages count now.</summary>
    public void Commit()
    {
        foreach (var channel in _channels)
            channel.Commit();
        Reset();
    }

    /// <summary>The block is given up: its messages never counted.</summary>
    public void Discard()
    {
        foreach (var channel in _channels)
            channel.Discard();
        Reset();
    }

    private void Reset()
    {
        _channels.Clear();
        _records.Clear();
        MessageCount = 0;
        StartTime = 0;
        EndTime = 0;
        Number++;
    }
}
