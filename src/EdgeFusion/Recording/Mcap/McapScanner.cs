namespace EdgeFusion.Recording.Mcap;

/// <summary>Finds out what a file holds by reading its data section from front to back.</summary>
internal sealed class McapScanner(McapSource source, McapReadOptions options)
{
    /// <summary>
    /// Messages outside chunks are taken in stretches of this size: small enough to sort in memory, large enough that
    /// the list of stretches stays small.
    /// </summary>
    private const int PlainStretchBytes = 1 << 20;

    private readonly List<McapChunkRef> _chunks = [];
    private readonly SortedDictionary<ushort, ulong> _counts = [];
    private ulong _messages;
    private ulong _startTime;
    private ulong _endTime;

    /// <summary>Reads the contents from the data section.</summary>
    /// <param name="summaryFault">Why the summary is not used.</param>
    /// <exception cref="RecordingException">The data section is damaged and recovering is not asked for.</exception>
    public McapContents Scan(string summaryFault)
    {
        using var reader = new McapStreamReader(new McapSourceStream(source), options, source.Name);
        var contents = new McapContents(reader.Definitions) { SummaryFault = summaryFault, Losses = reader.Losses };
        long chunkRecords = 0;
        var lastChunk = -1L;
        while (reader.Read() && reader.Opcode != McapOpcode.DataEnd)
        {
            if (reader.IsInChunk && reader.Offset != lastChunk)
            {
                lastChunk = reader.Offset;
                chunkRecords++;
            }

            try
            {
                Take(reader, contents);
            }
            catch (RecordingException fault) when (options.Recover)
            {
                reader.Losses.Note(fault);
                reader.Losses.DamagedRecords++;
                reader.Losses.LostBytes += reader.RecordLength;
            }

            if (contents.Attachments.Count + contents.Metadata.Count > options.MaxAttachments)
                throw source.Place(reader.Offset).TooLarge(
                    "there are too many attachments", nameof(options.MaxAttachments));
            if (_chunks.Count > options.MaxChunks)
                throw source.Place(reader.Offset).TooLarge(
                    $"there are more than {options.MaxChunks} chunks", nameof(options.MaxChunks));
        }

        contents.Chunks = _chunks.ToArray();
        contents.SortByTime();
        contents.Statistics = new McapStatistics(
            _messages, (ushort)Math.Min(ushort.MaxValue, reader.Schemas.Count), (uint)reader.Channels.Count,
            (uint)contents.Attachments.Count, (uint)contents.Metadata.Count, (uint)chunkRecords,
            _startTime, _endTime, _counts);
        return contents;
    }

    private void Take(McapStreamReader reader, McapContents contents)
    {
        var place = source.Place(reader.Offset);
        switch (reader.Opcode)
        {
            case McapOpcode.Header:
                contents.Header = reader.GetHeader();
                break;
            case McapOpcode.Message:
                TakeMessage(reader);
                break;
            case McapOpcode.Attachment:
                contents.Attachments.Add(McapRecordParser.AttachmentEntry(reader.Body, place));
                break;
            case McapOpcode.Metadata:
                contents.Metadata.Add(new McapMetadataIndex(
                    (ulong)reader.Offset, (ulong)reader.RecordLength, reader.GetMetadata().Name));
                break;
        }
    }

    private void TakeMessage(McapStreamReader reader)
    {
        var message = reader.Message;
        var time = message.LogTime;
        _startTime = _messages == 0 ? time : Math.Min(_startTime, time);
        _endTime = Math.Max(_endTime, time);
        _messages++;
        _counts[message.Channel.Id] = _counts.GetValueOrDefault(message.Channel.Id) + 1;

        var last = _chunks.Count == 0 ? default : _chunks[^1];
        var belongs = reader.IsInChunk
            ? _chunks.Count > 0 && last.Offset == reader.Offset && !last.IsPlain
            : last.IsPlain && reader.Offset + reader.RecordLength - last.Offset <= PlainStretchBytes;
        if (!belongs)
        {
            last = new McapChunkRef
            {
                StartTime = time,
                EndTime = time,
                Offset = reader.Offset,
                ChannelsAt = -1,
                IsPlain = !reader.IsInChunk,
            };
            _chunks.Add(last);
        }

        last.StartTime = Math.Min(last.StartTime, time);
        last.EndTime = Math.Max(last.EndTime, time);
        last.Length = (int)(reader.Offset + reader.RecordLength - last.Offset);
        last.UnpackedLength = reader.IsInChunk ? reader.ChunkLength : last.Length;
        _chunks[^1] = last;
    }
}
