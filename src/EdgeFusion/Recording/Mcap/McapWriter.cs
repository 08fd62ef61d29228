using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using EdgeFusion.Time;

namespace EdgeFusion.Recording.Mcap;

/// <summary>Writes an MCAP file: schemas, channels, messages, attachments, metadata, indexes, CRCs.</summary>
/// <remarks>
/// <para>Hot path: writing a message allocates nothing once the buffers have met the largest message.</para>
/// <para><b>Failure.</b> A write is all or nothing. When it fails (disk full), the file is cut back to the last whole
/// record and a <see cref="RecordingException"/> says so; the message of that call is not taken, earlier ones still
/// wait and go out with the next call that succeeds, or are given up by <see cref="DiscardPending"/>. Counts cover
/// what is in the file, never what waits.</para>
/// <para><b>Threading.</b> One thread at a time.</para>
/// </remarks>
public sealed class McapWriter : IDisposable
{
    private readonly McapSink _sink;
    private readonly McapWriterOptions _options;
    private readonly McapBlock _block;
    private readonly McapBlock _bulk;
    private readonly McapChunkWriter _chunks;
    private readonly McapWriterDefinitions _definitions;
    private readonly McapBuffer _scratch = new(4 << 10);
    private readonly List<McapAttachmentIndex> _attachments = [];
    private readonly List<McapMetadataIndex> _metadata = [];
    private McapChannelState? _open;
    private int _openBytes;
    private ulong _openLogTime;
    private ulong _openPublishTime;
    private uint _openSequence;
    private bool _finished;

    /// <summary>Starts a file on a stream and writes its header.</summary>
    /// <param name="stream">Where to write; cutting back after a failed write needs a seekable stream.</param>
    /// <param name="options">What to write; null for the defaults.</param>
    /// <param name="name">Name for messages; null for the stream's own.</param>
    /// <param name="leaveOpen">Whether disposing the writer leaves the stream open.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the stream cannot be written.</exception>
    /// <exception cref="RecordingException">The header cannot be written.</exception>
    public McapWriter(Stream stream, McapWriterOptions? options = null, string? name = null, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanWrite)
            throw new ArgumentException("the stream cannot be written", nameof(stream));
        _options = options ?? new McapWriterOptions();
        _options.Validate();
        name ??= stream is FileStream file ? file.Name : "the recording";
        _sink = new McapSink(stream, name, _options.DataSectionCrc, leaveOpen);
        _block = new McapBlock(_options.ChunkBytes, _options.Chunked && _options.MessageIndex);
        _bulk = _options.BulkChunks ? new McapBlock(_options.ChunkBytes, _options.MessageIndex, lane: 1) : _block;
        _chunks = new McapChunkWriter(_sink, _options);
        _definitions = new McapWriterDefinitions(_block, _bulk, _options);
        _scratch.WriteBytes(McapFormat.Magic);
        _scratch.WriteHeader(new McapHeader(_options.Profile, _options.Library), _options.RecordPadding);
        _sink.Write(_scratch.Written);
    }

    /// <summary>Bytes in the file.</summary>
    public long BytesWritten => _sink.Position;

    /// <summary>Messages in the file.</summary>
    public ulong MessagesWritten { get; private set; }

    /// <summary>Messages that wait for the next write; lost when the process dies.</summary>
    public int MessagesPending => _block.MessageCount + (_bulk == _block ? 0 : _bulk.MessageCount);

    /// <summary>Creates a file and starts it.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="options">What to write; null for the defaults.</param>
    /// <param name="overwrite">Whether an existing file is replaced.</param>
    /// <exception cref="RecordingException">The file exists, or cannot be created or written.</exception>
    public static McapWriter Create(string path, McapWriterOptions? options = null, bool overwrite = false)
    {
        FileStream? stream = null;
        try
        {
            // No buffer of its own: the writer already hands over whole chunks.
            stream = new FileStream(
                path, overwrite ? FileMode.Create : FileMode.CreateNew, FileAccess.Write, FileShare.Read,
                bufferSize: 0);
            return new McapWriter(stream, options, path);
        }
        catch (Exception fault) when (McapSink.IsOperating(fault))
        {
            stream?.Dispose();
            throw new RecordingException(
                $"cannot create the recording {path}: {fault.Message.TrimEnd('.')}; choose another name or folder",
                fault);
        }
        catch
        {
            stream?.Dispose();
            throw;
        }
    }

    /// <summary>Adds a schema under the next free id.</summary>
    /// <returns>The id.</returns>
    public ushort AddSchema(string name, string encoding, ReadOnlyMemory<byte> data)
    {
        var id = _definitions.NextSchemaId();
        AddSchema(new McapSchema(id, name, encoding, data));
        return id;
    }

    /// <summary>Adds a schema under its own id.</summary>
    /// <exception cref="ArgumentException">The id is 0 or already used.</exception>
    public void AddSchema(McapSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        Guard();
        _definitions.Add(schema);
    }

    /// <summary>Adds a channel under the next free id.</summary>
    /// <param name="topic">Its topic.</param>
    /// <param name="messageEncoding">Encoding of its messages.</param>
    /// <param name="schemaId">Its schema; 0 for none.</param>
    /// <param name="metadata">Free text by key.</param>
    /// <param name="isBulk">Whether its messages go to bulk chunks, where the options give these.</param>
    /// <returns>The id.</returns>
    public ushort AddChannel(
        string topic, string messageEncoding, ushort schemaId = 0,
        IReadOnlyDictionary<string, string>? metadata = null, bool isBulk = false)
    {
        var id = _definitions.NextChannelId();
        metadata ??= new Dictionary<string, string>();
        AddChannel(new McapChannel(id, schemaId, topic, messageEncoding, metadata), isBulk);
        return id;
    }

    /// <summary>Adds a channel under its own id.</summary>
    /// <exception cref="ArgumentException">The id is already used, or the schema was not added.</exception>
    public void AddChannel(McapChannel channel, bool isBulk = false)
    {
        ArgumentNullException.ThrowIfNull(channel);
        Guard();
        _definitions.Add(channel, isBulk);
    }

    /// <summary>Writes a message.</summary>
    /// <param name="channelId">A channel added before.</param>
    /// <param name="sequence">Number of the message; 0 where there is none.</param>
    /// <param name="logTime">When it was recorded, in ns.</param>
    /// <param name="publishTime">When it was published, in ns.</param>
    /// <param name="data">The encoded message.</param>
    /// <exception cref="ArgumentException">Unknown channel, or a message over the largest record.</exception>
    /// <exception cref="RecordingException">The pending chunk cannot be written; this message is not taken.</exception>
    public void WriteMessage(
        ushort channelId, uint sequence, ulong logTime, ulong publishTime, ReadOnlySpan<byte> data)
    {
        data.CopyTo(BeginMessage(channelId, sequence, logTime, publishTime, data.Length));
        CommitMessage(data.Length);
    }

    /// <summary>Writes a message with times of the pipeline; instants before 1970 become 0.</summary>
    /// <exception cref="ArgumentException">Unknown channel, or a message over the largest record.</exception>
    /// <exception cref="RecordingException">The pending chunk cannot be written; this message is not taken.</exception>
    public void WriteMessage(
        ushort channelId, uint sequence, Timestamp logTime, Timestamp publishTime, ReadOnlySpan<byte> data) =>
        WriteMessage(
            channelId, sequence, McapTime.FromTimestamp(logTime), McapTime.FromTimestamp(publishTime), data);

    /// <summary>Starts a message whose data the caller fills in place.</summary>
    /// <param name="channelId">A channel added before.</param>
    /// <param name="sequence">Number of the message; 0 where there is none.</param>
    /// <param name="logTime">When it was recorded, in ns.</param>
    /// <param name="publishTime">When it was published, in ns.</param>
    /// <param name="maxBytes">The most bytes that the data can take.</param>
    /// <returns>
    /// Room for the data, with undefined contents; valid until <see cref="CommitMessage"/>. Starting anything else
    /// before that gives the message up.
    /// </returns>
    /// <exception cref="ArgumentException">Unknown channel, or a message over the largest record.</exception>
    /// <exception cref="RecordingException">The pending chunk cannot be written; nothing is started.</exception>
    public Span<byte> BeginMessage(
        ushort channelId, uint sequence, ulong logTime, ulong publishTime, int maxBytes)
    {
        Guard();
        var channel = _definitions.Find(channelId);
        var record = McapFormat.RecordHeaderBytes + McapFormat.MessageHeaderBytes + (long)maxBytes;
        if (maxBytes < 0 || record > _options.MaxRecordBytes)
            RefuseLength(channel, maxBytes);
        var block = channel.Block;
        if (block.Records.Length > 0 && block.Records.Length + record > _options.ChunkBytes)
            WriteBlock(block);
        _definitions.Define(channel);
        _open = channel;
        _openBytes = maxBytes;
        _openSequence = sequence;
        _openLogTime = logTime;
        _openPublishTime = publishTime;
        return block.PeekMessage(maxBytes);
    }

    /// <summary>Takes the message started by <see cref="BeginMessage"/>.</summary>
    /// <param name="bytes">Bytes of data filled in.</param>
    /// <exception cref="InvalidOperationException">No message was started.</exception>
    /// <exception cref="ArgumentOutOfRangeException">More bytes than asked for.</exception>
    public void CommitMessage(int bytes)
    {
        if (_open is null)
            throw new InvalidOperationException("no message was started; call BeginMessage first");
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, _openBytes);
        _open.Block.AddMessage(_open, _openSequence, _openLogTime, _openPublishTime, bytes);
        _open = null;
    }

    /// <summary>Writes an attachment.</summary>
    /// <exception cref="RecordingException">The write failed; the attachment is not in the file.</exception>
    public void WriteAttachment(
        string name, string mediaType, ulong logTime, ulong createTime, ReadOnlySpan<byte> data)
    {
        Guard();
        FlushPlainRecords();
        var padding = _options.RecordPadding;
        _scratch.Clear();
        var start = _scratch.BeginRecord(McapOpcode.Attachment);
        _scratch.WriteUInt64(logTime);
        _scratch.WriteUInt64(createTime);
        _scratch.WriteString(name);
        _scratch.WriteString(mediaType);
        _scratch.WriteUInt64((ulong)data.Length);
        var head = _scratch.Length;
        var body = head - start + (long)data.Length + 4 + padding.Length;
        if (body > _options.MaxRecordBytes)
            throw new ArgumentException(
                $"attachment '{name}' takes {body} bytes, more than MaxRecordBytes {_options.MaxRecordBytes}");
        BinaryPrimitives.WriteUInt64LittleEndian(_scratch.Patch(start - 8, 8), (ulong)body);
        _scratch.WriteUInt32(_options.AttachmentCrc
            ? Crc32.Append(Crc32.Compute(_scratch.Written[start..head]), data)
            : 0);
        _scratch.WriteBytes(padding);

        var offset = (ulong)_sink.Position;
        _sink.Write(_scratch.Written[..head], data, null, _scratch.Written[head..]);
        _attachments.Add(new McapAttachmentIndex(
            offset, (ulong)(_sink.Position - (long)offset), logTime, createTime, (ulong)data.Length, name, mediaType));
    }

    /// <summary>Writes a metadata record.</summary>
    /// <exception cref="RecordingException">The write failed; the record is not in the file.</exception>
    public void WriteMetadata(string name, IReadOnlyDictionary<string, string> metadata)
    {
        Guard();
        FlushPlainRecords();
        _scratch.Clear();
        _scratch.WriteMetadata(new McapMetadata(name, metadata), _options.RecordPadding);
        var offset = (ulong)_sink.Position;
        _sink.Write(_scratch.Written);
        _metadata.Add(new McapMetadataIndex(offset, (ulong)_scratch.Length, name));
    }

    /// <summary>Writes what waits as a chunk and hands it to the operating system.</summary>
    /// <param name="toDisk">Also wait until the disk has it, so that it survives a power failure.</param>
    /// <exception cref="RecordingException">The write failed; everything still waits.</exception>
    public void Flush(bool toDisk = false)
    {
        Guard();
        WriteBlocks();
        _sink.Flush(toDisk);
    }

    /// <summary>Gives up what waits, after a failed write. The file goes on after its last whole record.</summary>
    /// <returns>Messages given up.</returns>
    public int DiscardPending()
    {
        Guard();
        var count = MessagesPending;
        _block.Discard();
        if (_bulk != _block)
            _bulk.Discard();
        return count;
    }

    /// <summary>Writes what waits, the summary and the footer. Nothing can be written afterwards.</summary>
    /// <param name="toDisk">Also wait until the disk has it.</param>
    /// <exception cref="RecordingException">The write failed; calling again tries again.</exception>
    public void Finish(bool toDisk = false)
    {
        if (_finished)
            return;
        Guard();
        WriteBlocks();
        var tail = new McapBuffer(_chunks.Indexes.Length + (64 << 10));
        new McapSummaryWriter(_options).Build(tail, _sink.Position, _sink.Crc, new McapSummaryContents(
            _definitions.Schemas, _definitions.Channels, Statistics(), _metadata, _attachments, _chunks.Indexes));
        _sink.Write(tail.Written);
        _sink.Flush(toDisk);
        _finished = true;
    }

    /// <summary>Counts and time range of what is in the file.</summary>
    public McapStatistics Statistics() => _definitions.Statistics(
        (uint)_attachments.Count, (uint)_metadata.Count, _chunks.Count);

    /// <summary>
    /// Finishes the file as far as possible and closes the stream. Does not throw: call <see cref="Finish"/> before
    /// to learn of a failure. A file without its end can still be read by a recovering reader.
    /// </summary>
    public void Dispose()
    {
        try
        {
            Finish();
        }
        catch (RecordingException)
        {
            // Whoever wants to know calls Finish first; what is in the file ends at a whole record.
        }

        _finished = true;
        _sink.Dispose();
    }

    private void WriteBlocks()
    {
        WriteBlock(_block);
        if (_bulk != _block)
            WriteBlock(_bulk);
    }

    private void WriteBlock(McapBlock block)
    {
        if (block.Records.Length == 0)
            return;
        if (_options.Chunked)
            _chunks.Write(block, block.Lane == 0 ? _options.Codec : _options.BulkCodec);
        else
            _sink.Write(block.Records.Written);
        MessagesWritten += (ulong)block.MessageCount;
        _definitions.Commit(block);
        block.Commit();
    }

    /// <summary>Without chunks all records lie in one row: what waits comes first.</summary>
    private void FlushPlainRecords()
    {
        if (!_options.Chunked)
            WriteBlock(_block);
    }

    private void Guard()
    {
        _open = null;
        if (_finished)
            ThrowFinished();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ThrowFinished() => throw new InvalidOperationException($"{_sink.Name} is finished");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RefuseLength(McapChannelState channel, int bytes) => throw new ArgumentException(
        $"a message of {bytes} bytes on '{channel.Channel.Topic}' does not fit a record of at most"
        + $" {_options.MaxRecordBytes} bytes; raise MaxRecordBytes or send smaller messages");
}
