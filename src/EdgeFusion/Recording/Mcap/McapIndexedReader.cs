namespace EdgeFusion.Recording.Mcap;

/// <summary>
/// Opens an MCAP file by its summary, lists what it holds and reads messages by log time, topic and time range.
/// </summary>
/// <remarks>
/// <para>Where the summary is missing, damaged or incomplete the data section is scanned once instead
/// (<see cref="SummaryFault"/> says why).</para>
/// <para><b>Damage</b> is a <see cref="RecordingException"/>, or with <see cref="McapReadOptions.Recover"/> skipped
/// and counted. <b>Threading.</b> One thread at a time. <b>Ownership.</b> Disposing ends all message readers.</para>
/// </remarks>
public sealed class McapIndexedReader : IDisposable
{
    private readonly McapSource _source;
    private readonly McapReadOptions _options;
    private readonly McapContents _contents;

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
            _contents = ReadContents();
        }
        catch
        {
            source.Dispose();
            throw;
        }
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

    /// <summary>Opens a recording by path.</summary>
    /// <exception cref="RecordingException">The file cannot be opened, is damaged or cannot be read.</exception>
    public static McapIndexedReader Open(string path, McapReadOptions? options = null) =>
        new(McapSource.Open(path), options);

    /// <summary>Reads messages by log time. Several readers may exist at a time.</summary>
    public McapMessageReader ReadMessages(McapMessageFilter? filter = null) =>
        new(_source, _contents, _options, filter ?? McapMessageFilter.All);

    /// <summary>Reads an attachment and checks its CRC.</summary>
    /// <exception cref="RecordingException">It is damaged, exceeds a limit or cannot be read.</exception>
    public McapAttachment ReadAttachment(McapAttachmentIndex index)
    {
        ArgumentNullException.ThrowIfNull(index);
        var body = Read(McapOpcode.Attachment, index.Offset, index.Length);
        return McapRecordParser.Attachment(body, _source.Place((long)index.Offset), _options.ValidateCrcs);
    }

    /// <summary>Reads a metadata record.</summary>
    /// <exception cref="RecordingException">It is damaged, exceeds a limit or cannot be read.</exception>
    public McapMetadata ReadMetadata(McapMetadataIndex index)
    {
        ArgumentNullException.ThrowIfNull(index);
        var body = Read(McapOpcode.Metadata, index.Offset, index.Length);
        return McapRecordParser.Metadata(body, _source.Place((long)index.Offset));
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    private static Stream Seekable(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return stream.CanSeek ? stream : throw new ArgumentException("the stream cannot seek", nameof(stream));
    }

    private McapContents ReadContents()
    {
        CheckMagic();
        try
        {
            return new McapSummaryReader(_source, _options).Read();
        }
        catch (RecordingException fault) when (fault.InnerException is not IOException)
        {
            // The data section holds everything that the summary repeats.
            return new McapScanner(_source, _options).Scan(fault.Message);
        }
    }

    private void CheckMagic()
    {
        Span<byte> magic = stackalloc byte[McapFormat.MagicBytes];
        if (_source.Length >= magic.Length)
            _source.ReadAt(0, magic);
        if (!magic.SequenceEqual(McapFormat.Magic))
            throw _source.Place(0).Fault("it does not begin like an MCAP file", "check that it is one");
    }

    private byte[] Read(McapOpcode opcode, ulong offset, ulong length)
    {
        var place = _source.Place((long)Math.Min(offset, long.MaxValue));
        if (offset > (ulong)_source.Length || length < McapFormat.RecordHeaderBytes
            || length > (ulong)_source.Length - offset)
            throw place.Damaged($"the index names {length} bytes at {offset}, outside the file");
        Span<byte> head = stackalloc byte[McapFormat.RecordHeaderBytes];
        _source.ReadAt((long)offset, head);
        if (head[0] != (byte)opcode)
            throw place.Damaged($"there is no {opcode} where the index names one");
        return _source.ReadBody((long)offset, length - McapFormat.RecordHeaderBytes, _options);
    }

    private (ulong Start, ulong End)? TimeRange()
    {
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
