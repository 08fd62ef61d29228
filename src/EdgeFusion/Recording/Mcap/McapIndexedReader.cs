using EdgeFusion.Recording.Bags;

namespace EdgeFusion.Recording.Mcap;

/// <summary>
/// Opens an MCAP file by its summary, lists what it holds and reads messages by log time, topic and time range. A ROS 1
/// bag (version 2.0) reads the same: its messages have encoding "ros1", and log and publish time are its one time. So
/// does a folder of rosbag2 with several MCAP files, plain or compressed.
/// </summary>
/// <remarks>
/// <para>Where the summary is missing, damaged or incomplete the data section is scanned once instead
/// (<see cref="SummaryFault"/> says why).</para>
/// <para><b>Damage</b> is a <see cref="RecordingException"/>, or with <see cref="McapReadOptions.Recover"/> skipped
/// and counted. <b>Threading.</b> One thread at a time. <b>Ownership.</b> Disposing ends all message readers.</para>
/// </remarks>
public sealed class McapIndexedReader : IDisposable
{
    private readonly McapSource? _source;
    private readonly McapReadOptions _options;
    private readonly McapContents _contents;
    private readonly McapParts? _parts;
    private readonly IChunkCodec? _messageCodec;

    /// <summary>Opens a recording in a stream.</summary>
    /// <param name="stream">A seekable stream; read from its beginning.</param>
    /// <param name="options">Limits and behaviour; null for the defaults.</param>
    /// <param name="name">Name for messages; null for the stream's own.</param>
    /// <param name="leaveOpen">Whether disposing the reader leaves the stream open.</param>
    /// <exception cref="RecordingException">The file is damaged or cannot be read.</exception>
    public McapIndexedReader(
        Stream stream, McapReadOptions? options = null, string? name = null, bool leaveOpen = false)
        : this(McapSource.Over(Seekable(stream), name, leaveOpen), options)
    {
    }

    private McapIndexedReader(McapSource source, McapReadOptions? options)
    {
        _source = source;
        _options = options ?? McapReadOptions.Default;
        try
        {
            _contents = ReadContents(source, _options);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    private McapIndexedReader(McapParts parts, IChunkCodec? messageCodec, McapReadOptions options)
    {
        (_parts, _messageCodec, _options) = (parts, messageCodec, options);
        _contents = parts.Contents;
    }

    /// <summary>Profile and library.</summary>
    public McapHeader Header => _contents.Header;

    /// <summary>Schemas by id.</summary>
    public IReadOnlyDictionary<ushort, McapSchema> Schemas => _contents.Definitions.Schemas;

    /// <summary>Channels by id.</summary>
    public IReadOnlyDictionary<ushort, McapChannel> Channels => _contents.Definitions.Channels;

    /// <summary>Counts and time range: from the summary (null where it has none), or counted by the scan.</summary>
    public McapStatistics? Statistics => _contents.Statistics;

    /// <summary>Attachments, in file order.</summary>
    public IReadOnlyList<McapAttachmentIndex> Attachments => _contents.Attachments;

    /// <summary>Metadata records, in file order.</summary>
    public IReadOnlyList<McapMetadataIndex> Metadata => _contents.Metadata;

    /// <summary>Why the file was scanned instead of opened by its summary; null where it was not.</summary>
    public string? SummaryFault => _contents.SummaryFault;

    /// <summary>What the scan could not read; nothing where the summary was used.</summary>
    public McapLosses Losses => _contents.Losses;

    /// <summary>Earliest log time in ns, null without messages. From the chunk index.</summary>
    public ulong? StartTime => TimeRange()?.Start;

    /// <summary>Latest log time in ns, null without messages. From the chunk index.</summary>
    public ulong? EndTime => TimeRange()?.End;

    /// <summary>Opens a recording by path: a file, or a folder of rosbag2 as one.</summary>
    /// <exception cref="RecordingException">It cannot be opened, is damaged or cannot be read.</exception>
    public static McapIndexedReader Open(string path, McapReadOptions? options = null)
    {
        options ??= McapReadOptions.Default;
        if (!Directory.Exists(path))
            return new McapIndexedReader(McapPackedFile.Open(path, options), options);
        var folder = RosbagFolder.Read(path);
        var codec = folder.MessageCompression.Length == 0 ? null
            : McapPackedFile.Codec<IChunkCodec>(folder.MessageCompression, path, options);
        return new McapIndexedReader(McapParts.Open(folder, options), codec, options);
    }

    /// <summary>Reads messages by log time. Several readers may exist at a time.</summary>
    public McapMessageReader ReadMessages(McapMessageFilter? filter = null)
    {
        filter ??= McapMessageFilter.All;
        return _parts is null
            ? new McapFileMessages(_source!, _contents, _options, filter)
            : new McapMergedMessages(
                _parts.Files, filter,
                _messageCodec is null ? null : new McapMessageUnpacker(_messageCodec, _options));
    }

    /// <summary>Reads an attachment and checks its CRC.</summary>
    /// <exception cref="RecordingException">It is damaged, exceeds a limit or cannot be read.</exception>
    public McapAttachment ReadAttachment(McapAttachmentIndex index)
    {
        ArgumentNullException.ThrowIfNull(index);
        if (_source is null)
            return PartWith(file => file.Attachments, index).ReadAttachment(index);
        var body = Read(_source, McapOpcode.Attachment, index.Offset, index.Length);
        return McapRecordParser.Attachment(body, _source.Place((long)index.Offset), _options.ValidateCrcs);
    }

    /// <summary>Reads a metadata record.</summary>
    /// <exception cref="RecordingException">It is damaged, exceeds a limit or cannot be read.</exception>
    public McapMetadata ReadMetadata(McapMetadataIndex index)
    {
        ArgumentNullException.ThrowIfNull(index);
        if (_source is null)
            return PartWith(file => file.Metadata, index).ReadMetadata(index);
        var body = Read(_source, McapOpcode.Metadata, index.Offset, index.Length);
        return McapRecordParser.Metadata(body, _source.Place((long)index.Offset));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _source?.Dispose();
        foreach (var part in _parts?.Files ?? [])
            part.File.Dispose();
    }

    private static Stream Seekable(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return stream.CanSeek ? stream : throw new ArgumentException("the stream cannot seek", nameof(stream));
    }

    private static McapContents ReadContents(McapSource source, McapReadOptions options)
    {
        var isBag = IsBag(source);
        try
        {
            return isBag ? new BagIndex(source, options).Read() : new McapSummaryReader(source, options).Read();
        }
        catch (RecordingException fault) when (fault.InnerException is not IOException)
        {
            // The data holds everything that the summary repeats.
            return isBag
                ? new BagScan(source, options).Read(fault.Message)
                : new McapScanner(source, options).Scan(fault.Message);
        }
    }

    private static bool IsBag(McapSource source)
    {
        Span<byte> start = stackalloc byte[(int)Math.Min(BagRecord.Magic.Length, source.Length)];
        source.ReadAt(0, start);
        if (start.SequenceEqual(BagRecord.Magic))
            return true;
        if (start.StartsWith("#ROSBAG V"u8))
            throw source.Place(0).Fault("it is a bag of an older version than 2.0", "convert it with rosbag fix");
        if (!start.StartsWith(McapFormat.Magic))
            throw source.Place(0).Fault("it does not begin like an MCAP file or a ROS 1 bag", "check that it is one");
        return false;
    }

    private byte[] Read(McapSource source, McapOpcode opcode, ulong offset, ulong length)
    {
        var place = source.Place((long)Math.Min(offset, long.MaxValue));
        if (offset > (ulong)source.Length || length < McapFormat.RecordHeaderBytes
            || length > (ulong)source.Length - offset)
            throw place.Damaged($"the index names {length} bytes at {offset}, outside the file");
        Span<byte> head = stackalloc byte[McapFormat.RecordHeaderBytes];
        source.ReadAt((long)offset, head);
        if (head[0] != (byte)opcode)
            throw place.Damaged($"there is no {opcode} where the index names one");
        return source.ReadBody((long)offset, length - McapFormat.RecordHeaderBytes, _options);
    }

    private McapIndexedReader PartWith<T>(Func<McapIndexedReader, IReadOnlyList<T>> entries, T entry)
        where T : class
    {
        foreach (var part in _parts!.Files)
        {
            foreach (var candidate in entries(part.File))
            {
                if (ReferenceEquals(candidate, entry))
                    return part.File;
            }
        }

        throw new ArgumentException("the entry is of another recording", nameof(entry));
    }

    private (ulong Start, ulong End)? TimeRange()
    {
        if (_parts is not null)
            return _parts.TimeRange();
        if (_contents.Statistics is { MessageCount: > 0 } statistics)
            return (statistics.MessageStartTime, statistics.MessageEndTime);
        if (_contents.Chunks.Length == 0 || _contents.Statistics is not null)
            return null;
        ulong end = 0;
        foreach (var chunk in _contents.Chunks)
            end = Math.Max(end, chunk.EndTime);
        return (_contents.Chunks[0].StartTime, end);
    }
}
