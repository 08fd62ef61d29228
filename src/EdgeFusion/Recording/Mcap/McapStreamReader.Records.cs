namespace EdgeFusion.Recording.Mcap;

/// <content>
/// The current record. The methods that parse one throw a <see cref="RecordingException"/> where its fields are
/// damaged, also when recovering: the reader goes on with the next <see cref="Read"/>.
/// </content>
public sealed partial class McapStreamReader
{
    /// <summary>Kind of the current record.</summary>
    public McapOpcode Opcode { get; private set; }

    /// <summary>Offset in the file of the current record; of its chunk where it lies in one.</summary>
    public long Offset => _place.Offset;

    /// <summary>Body of the current record. Valid until the next <see cref="Read"/>.</summary>
    public ReadOnlySpan<byte> Body =>
        (_bodyIsUnpacked ? _unpacked.AsSpan() : _input.Peek(_input.Available)).Slice(_bodyStart, _bodyLength);

    /// <summary>The current message. Valid until the next <see cref="Read"/>.</summary>
    /// <exception cref="InvalidOperationException">The current record is not a message.</exception>
    public McapMessage Message
    {
        get
        {
            Expect(McapOpcode.Message);
            return new McapMessage(
                _bound!.Channel, _bound.Schema, _message, Body[McapFormat.MessageHeaderBytes..]);
        }
    }

    /// <summary>The current schema.</summary>
    public McapSchema Schema
    {
        get
        {
            Expect(McapOpcode.Schema);
            return _schema!;
        }
    }

    /// <summary>The current channel.</summary>
    public McapChannel Channel
    {
        get
        {
            Expect(McapOpcode.Channel);
            return _channel!;
        }
    }

    /// <summary>Whether the current record lies in a chunk.</summary>
    internal bool IsInChunk => _place.InChunk >= 0;

    /// <summary>Bytes of the current record in the file, or of the chunk that holds it.</summary>
    internal int RecordLength => _loaded;

    /// <summary>Bytes of the current chunk when unpacked.</summary>
    internal int ChunkLength => _chunkLength;

    /// <summary>Schemas and channels met so far.</summary>
    internal McapDefinitions Definitions => _definitions;

    /// <summary>Parses the current header.</summary>
    public McapHeader GetHeader() => McapRecordParser.Header(Checked(McapOpcode.Header), _place);

    /// <summary>Parses the current footer.</summary>
    public McapFooter GetFooter() => McapRecordParser.Footer(Checked(McapOpcode.Footer), _place);

    /// <summary>Parses and copies the current attachment; checks its CRC.</summary>
    public McapAttachment GetAttachment() =>
        McapRecordParser.Attachment(Checked(McapOpcode.Attachment), _place, _options.ValidateCrcs);

    /// <summary>Parses the current metadata.</summary>
    public McapMetadata GetMetadata() => McapRecordParser.Metadata(Checked(McapOpcode.Metadata), _place);

    /// <summary>Parses the current statistics.</summary>
    public McapStatistics GetStatistics() => McapRecordParser.Statistics(Checked(McapOpcode.Statistics), _place);

    /// <summary>Parses the current chunk index.</summary>
    public McapChunkIndex GetChunkIndex() => McapRecordParser.ChunkIndex(Checked(McapOpcode.ChunkIndex), _place);

    /// <summary>Parses the current attachment index.</summary>
    public McapAttachmentIndex GetAttachmentIndex() =>
        McapRecordParser.AttachmentIndex(Checked(McapOpcode.AttachmentIndex), _place);

    /// <summary>Parses the current metadata index.</summary>
    public McapMetadataIndex GetMetadataIndex() =>
        McapRecordParser.MetadataIndex(Checked(McapOpcode.MetadataIndex), _place);

    /// <summary>Parses the current summary offset.</summary>
    public McapSummaryOffset GetSummaryOffset() =>
        McapRecordParser.SummaryOffset(Checked(McapOpcode.SummaryOffset), _place);

    /// <summary>Parses the current end of data.</summary>
    public McapDataEnd GetDataEnd() => McapRecordParser.DataEnd(Checked(McapOpcode.DataEnd), _place);

    private ReadOnlySpan<byte> Checked(McapOpcode opcode)
    {
        Expect(opcode);
        return Body;
    }

    private void Expect(McapOpcode opcode)
    {
        if (Opcode != opcode)
            throw new InvalidOperationException($"the current record is {Opcode}, not {opcode}");
    }
}
