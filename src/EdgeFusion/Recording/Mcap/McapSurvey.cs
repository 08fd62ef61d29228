using System.Buffers.Binary;

namespace EdgeFusion.Recording.Mcap;

/// <summary>
/// Finds out what is left of a damaged file: walks its records, and where they make no sense goes on at the next
/// chunk. Believes chunks by their CRC only.
/// </summary>
internal sealed class McapSurvey
{
    private readonly McapSource _source;
    private readonly McapReadOptions _options;
    private readonly McapProbe _probe;
    private readonly McapChunkDecoder _decoder;
    private readonly List<McapDamage> _damages = [];
    private byte[] _body = [];
    private byte[] _unpacked = [];
    private long _dataEnd = -1;
    private uint _sectionCrc;

    /// <summary>A damaged chunk whose index records may follow.</summary>
    private McapDamage? _open;

    public McapSurvey(McapSource source, McapReadOptions options)
    {
        _source = source;
        _options = options;
        _probe = new McapProbe(source, options);
        _decoder = new McapChunkDecoder(options);
        Definitions = new McapDefinitions(options);
    }

    /// <summary>Definitions found in intact chunks, outside of chunks, and in the summary.</summary>
    public McapDefinitions Definitions { get; }

    /// <summary>Intact chunks, messages outside of chunks, attachments and metadata, in file order.</summary>
    public List<(McapOpcode Opcode, long Offset, int BodyBytes)> Pieces { get; } = [];

    public IReadOnlyList<McapDamage> Damages => _damages;

    public McapHeader Header { get; private set; } = new("", "");

    public McapStatistics? Statistics { get; private set; }

    /// <summary>Whether footer and magic are where they belong.</summary>
    public bool IsFinished { get; private set; }

    public bool SectionCrcMismatch { get; private set; }

    /// <summary>Walks the file.</summary>
    public void Walk()
    {
        var offset = Begin();
        while (offset < _source.Length && !IsFinished)
            offset = Step(offset);
        CloseDamage();
        if (IsFinished && offset < _source.Length)
            AddDamage(offset, _source.Length, "bytes behind the end of the file");
        CheckSection();
        DropDoubtful();
    }

    /// <summary>The records of an intact chunk; valid until the next call.</summary>
    public ReadOnlySpan<byte> Records(long offset, int bodyBytes) =>
        _decoder.Decode(Body(offset, bodyBytes), _source.Place(offset), ref _unpacked);

    /// <summary>The body of a record; valid until the next call.</summary>
    public ReadOnlySpan<byte> Body(long offset, int bodyBytes)
    {
        if (_body.Length < bodyBytes)
            _body = GC.AllocateUninitializedArray<byte>(McapSizes.Grown(bodyBytes, _options.MaxRecordBytes));
        _source.ReadAt(offset + McapFormat.RecordHeaderBytes, _body.AsSpan(0, bodyBytes));
        return _body.AsSpan(0, bodyBytes);
    }

    /// <summary>
    /// Messages outside of chunks are covered by the CRC of the whole section only. In a file with chunks, and without
    /// that CRC, one is rather an index whose kind is damaged.
    /// </summary>
    private void DropDoubtful()
    {
        if (_dataEnd >= 0 && _sectionCrc != 0 && !SectionCrcMismatch)
            return;
        if (!Pieces.Exists(piece => piece.Opcode == McapOpcode.Chunk))
            return;
        for (var i = Pieces.Count - 1; i >= 0; i--)
        {
            var (opcode, offset, length) = Pieces[i];
            if (opcode != McapOpcode.Message)
                continue;
            Pieces.RemoveAt(i);
            AddDamage(offset, offset + McapFormat.RecordHeaderBytes + length, "a message that no CRC covers");
        }
    }

    private long Begin()
    {
        Span<byte> magic = stackalloc byte[McapFormat.MagicBytes];
        if (_source.Length >= magic.Length)
            _source.ReadAt(0, magic);
        if (magic.SequenceEqual(McapFormat.Magic))
            return magic.Length;
        var chunk = _probe.NextChunk(0);
        if (chunk == _source.Length)
            throw _source.Place(0).Fault(
                "it does not begin like an MCAP file and holds no chunk of one", "check that it is one");
        AddDamage(0, chunk, "the file does not begin like an MCAP file");
        return chunk;
    }

    /// <summary>Takes the record at an offset.</summary>
    /// <returns>Where the next one may begin.</returns>
    private long Step(long offset)
    {
        Span<byte> head = stackalloc byte[McapFormat.RecordHeaderBytes];
        if (_source.Length - offset < head.Length)
            return Lose(offset, _source.Length, "the file ends within the head of a record");
        _source.ReadAt(offset, head);
        var opcode = (McapOpcode)head[0];
        var length = BinaryPrimitives.ReadUInt64LittleEndian(head[1..]);
        if (opcode == McapOpcode.None || length > (ulong)_options.MaxRecordBytes
            || (long)length > _source.Length - offset - head.Length)
            return Resume(offset, opcode, length);
        var end = offset + head.Length + (long)length;
        if (opcode != McapOpcode.MessageIndex)
            CloseDamage();
        try
        {
            Take(opcode, offset, (int)length);
            return opcode == McapOpcode.Footer ? EndOfFile(end) : end;
        }
        catch (RecordingException fault) when (fault.InnerException is not IOException)
        {
            return Damaged(opcode, offset, end, (int)length, fault);
        }
    }

    private void Take(McapOpcode opcode, long offset, int length)
    {
        var place = _source.Place(offset);
        switch (opcode)
        {
            case McapOpcode.Header:
                Header = McapRecordParser.Header(Body(offset, length), place);
                break;
            case McapOpcode.Schema:
                Definitions.AddSchema(Body(offset, length), place);
                break;
            case McapOpcode.Channel:
                Definitions.AddChannel(Body(offset, length), place);
                break;
            case McapOpcode.Chunk:
                TakeChunk(offset, length);
                break;
            case McapOpcode.Message:
                McapRecordParser.MessageHeader(Body(offset, length), place);
                Pieces.Add((opcode, offset, length));
                break;
            case McapOpcode.Attachment:
                McapRecordParser.Attachment(Body(offset, length), place, withCrc: true);
                Pieces.Add((opcode, offset, length));
                break;
            case McapOpcode.Metadata:
                McapRecordParser.Metadata(Body(offset, length), place);
                Pieces.Add((opcode, offset, length));
                break;
            case McapOpcode.MessageIndex when _probe.IsRecord(offset):
                CountLost(Body(offset, length));
                break;
            case McapOpcode.DataEnd:
                _sectionCrc = McapRecordParser.DataEnd(Body(offset, length), place).DataSectionCrc;
                _dataEnd = offset;
                break;
            case McapOpcode.Footer when _dataEnd >= 0:
                McapRecordParser.Footer(Body(offset, length), place);
                break;
            default:
                TakeSummary(opcode, offset, length);
                break;
        }

        if (Pieces.Count > _options.MaxChunks)
            throw place.TooLarge($"there are more than {_options.MaxChunks} pieces", nameof(_options.MaxChunks));
    }

    /// <summary>Nothing is passed over in silence: a chunk whose kind is damaged must not look like an index.</summary>
    private void TakeSummary(McapOpcode opcode, long offset, int length)
    {
        var place = _source.Place(offset);
        if (_dataEnd < 0)
            throw place.Damaged($"a record of kind {(byte)opcode} does not belong here");
        var body = Body(offset, length);
        switch (opcode)
        {
            case McapOpcode.Statistics:
                Statistics = McapRecordParser.Statistics(body, place);
                break;
            case McapOpcode.ChunkIndex:
                McapRecordParser.ChunkIndex(body, place);
                break;
            case McapOpcode.AttachmentIndex:
                McapRecordParser.AttachmentIndex(body, place);
                break;
            case McapOpcode.MetadataIndex:
                McapRecordParser.MetadataIndex(body, place);
                break;
            case McapOpcode.SummaryOffset:
                McapRecordParser.SummaryOffset(body, place);
                break;
            default:
                throw place.Damaged($"a record of kind {(byte)opcode} does not belong here");
        }
    }

    private void TakeChunk(long offset, int length)
    {
        var records = Records(offset, length);
        var place = _source.Place(offset);

        // First look at everything: a chunk is taken as a whole or not at all.
        var contents = new McapChunkContents(records, place);
        while (contents.MoveNext())
        {
            switch (contents.Opcode)
            {
                case McapOpcode.Schema:
                    Definitions.AddSchema(contents.Body, contents.Place);
                    break;
                case McapOpcode.Channel:
                    Definitions.AddChannel(contents.Body, contents.Place);
                    break;
                case McapOpcode.Message:
                    McapRecordParser.MessageHeader(contents.Body, contents.Place);
                    break;
            }
        }

        Pieces.Add((McapOpcode.Chunk, offset, length));
    }

    private long Damaged(McapOpcode opcode, long offset, long end, int length, RecordingException fault)
    {
        // Trust the length only where something that looks like a record follows it.
        var trusted = end == _source.Length || _probe.IsRecord(end);
        if (!trusted)
            return Resume(offset, opcode, (ulong)length, fault.Message);
        if (opcode == McapOpcode.Chunk)
        {
            var body = Body(offset, length);
            _open = new McapDamage(
                offset, end - offset, true, null, Number(body, 0), Number(body, 8), fault.Message);
            return end;
        }

        return Lose(offset, end, fault.Message);
    }

    /// <summary>Goes on at the next chunk.</summary>
    private long Resume(long offset, McapOpcode opcode, ulong length, string? reason = null)
    {
        CloseDamage();
        var next = _probe.NextChunk(offset + 1);
        reason ??= opcode == McapOpcode.None
            ? "a record has kind 0, which does not exist"
            : $"{opcode} says {length} bytes, more than are left or allowed";
        return Lose(offset, next, reason);
    }

    private long Lose(long offset, long end, string reason)
    {
        AddDamage(offset, end, reason);
        return end;
    }

    private void AddDamage(long offset, long end, string reason) =>
        _damages.Add(new McapDamage(offset, end - offset, false, null, 0, 0, reason));

    /// <summary>The index behind a damaged chunk tells how many messages were in it.</summary>
    private void CountLost(ReadOnlySpan<byte> body)
    {
        if (_open is null || body.Length < 6)
            return;
        var entries = BinaryPrimitives.ReadUInt32LittleEndian(body[2..]) / McapFormat.MessageIndexEntryBytes;
        _open = _open with { Messages = (_open.Messages ?? 0) + entries };
    }

    private void CloseDamage()
    {
        if (_open is { } damage)
            _damages.Add(damage);
        _open = null;
    }

    private long EndOfFile(long end)
    {
        Span<byte> magic = stackalloc byte[McapFormat.MagicBytes];
        if (_source.Length - end < magic.Length)
            return Lose(end, _source.Length, "the file ends within its last bytes");
        _source.ReadAt(end, magic);
        if (!magic.SequenceEqual(McapFormat.Magic))
            return Lose(end, _source.Length, "the file does not end with the magic bytes behind its footer");
        IsFinished = true;
        return end + magic.Length;
    }

    /// <summary>The CRC over everything up to the end of data sees what no chunk's CRC covers.</summary>
    private void CheckSection()
    {
        if (_dataEnd < 0 || _sectionCrc == 0)
            return;
        var buffer = new byte[1 << 20];
        uint crc = 0;
        for (long at = 0; at < _dataEnd; at += buffer.Length)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, _dataEnd - at));
            _source.ReadAt(at, part);
            crc = Crc32.Append(crc, part);
        }

        SectionCrcMismatch = crc != _sectionCrc;
    }

    private static ulong Number(ReadOnlySpan<byte> body, int at) =>
        body.Length >= at + 8 ? BinaryPrimitives.ReadUInt64LittleEndian(body[at..]) : 0;
}
