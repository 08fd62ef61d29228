namespace EdgeFusion.Recording.Mcap;

/// <summary>
/// Reads an MCAP file from front to back, from any stream: every record in file order, with the contents of chunks in
/// their place.
/// </summary>
/// <remarks>
/// <para>Chunk and message index records are not shown, unknown kinds are skipped. CRCs are checked. The data of a
/// chunk is delivered only after its CRC was found right.</para>
/// <para><b>Damage.</b> A <see cref="RecordingException"/> names file, offset and fault. With
/// <see cref="McapReadOptions.Recover"/> a damaged chunk or record is skipped, reading stops at a tear, and
/// <see cref="Losses"/> says what is missing.</para>
/// <para><b>Threading.</b> One thread at a time. Hot path: messages are read without allocation.</para>
/// </remarks>
public sealed partial class McapStreamReader : IDisposable
{
    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private readonly McapReadOptions _options;
    private readonly McapInput _input;
    private readonly McapDefinitions _definitions;
    private readonly McapChunkDecoder _decoder;
    private byte[] _unpacked = [];
    private State _state;

    /// <summary>Record at the front of the input, not passed yet; 0 for none.</summary>
    private int _loaded;

    private bool _chunkIsUnpacked;
    private int _chunkStart;
    private int _chunkLength;
    private int _chunkPosition;
    private McapPlace _chunkPlace;

    private int _bodyStart;
    private int _bodyLength;
    private bool _bodyIsUnpacked;
    private McapPlace _place;
    private McapBoundChannel? _bound;
    private McapMessageHeader _message;
    private McapSchema? _schema;
    private McapChannel? _channel;
    private uint _crc;
    private long _summaryStart;
    private bool _trailing;

    /// <summary>Prepares to read; nothing is read yet.</summary>
    /// <param name="stream">The file; need not seek.</param>
    /// <param name="options">Limits and behaviour; null for the defaults.</param>
    /// <param name="name">Name for messages; null for the stream's own.</param>
    /// <param name="leaveOpen">Whether disposing the reader leaves the stream open.</param>
    public McapStreamReader(
        Stream stream, McapReadOptions? options = null, string? name = null, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        _leaveOpen = leaveOpen;
        _options = options ?? McapReadOptions.Default;
        _input = new McapInput(stream, name ?? (stream is FileStream file ? file.Name : "the recording"));
        _definitions = new McapDefinitions(_options);
        _decoder = new McapChunkDecoder(_options);
    }

    private enum State
    {
        Start,
        Header,
        Data,
        Summary,
        Done,
    }

    /// <summary>What could not be delivered; only counts with <see cref="McapReadOptions.Recover"/>.</summary>
    public McapLosses Losses { get; } = new();

    /// <summary>Schemas met so far.</summary>
    public IReadOnlyDictionary<ushort, McapSchema> Schemas => _definitions.Schemas;

    /// <summary>Channels met so far.</summary>
    public IReadOnlyDictionary<ushort, McapChannel> Channels => _definitions.Channels;

    /// <summary>Moves to the next record.</summary>
    /// <returns>False after the footer, or at a tear when recovering.</returns>
    /// <exception cref="RecordingException">The file is damaged, exceeds a limit, or cannot be read.</exception>
    public bool Read()
    {
        while (_state != State.Done)
        {
            if (_chunkLength > 0)
            {
                if (ReadInChunk())
                    return true;
            }
            else if (ReadTop())
            {
                return true;
            }
        }

        if (_trailing)
            Losses.LostBytes += (long)_input.Drain(ulong.MaxValue) - _loaded;
        _trailing = false;
        Opcode = McapOpcode.None;
        return false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _state = State.Done;
        if (!_leaveOpen)
            _stream.Dispose();
    }

    private bool ReadInChunk()
    {
        var records = _chunkIsUnpacked
            ? _unpacked.AsSpan(0, _chunkLength)
            : _input.Peek(_loaded).Slice(_chunkStart, _chunkLength);
        var contents = new McapChunkContents(records, _chunkPlace, _chunkPosition);
        try
        {
            while (contents.MoveNext())
            {
                _chunkPosition = contents.Position;
                if (contents.Opcode > McapFormat.HighestOpcode)
                    continue;
                _bodyIsUnpacked = _chunkIsUnpacked;
                _bodyStart = contents.Position - contents.Body.Length + (_chunkIsUnpacked ? 0 : _chunkStart);
                _bodyLength = contents.Body.Length;
                Accept(contents.Opcode, contents.Body, contents.Place);
                return true;
            }
        }
        catch (RecordingException fault) when (_options.Recover)
        {
            Losses.Note(fault);
            Losses.DamagedChunks++;
            // Unpacked bytes may be more than the file has: the chunk's length in the file is the most.
            Losses.LostBytes += Math.Min(_chunkLength - contents.Offset, _loaded);
        }

        _chunkLength = 0;
        return false;
    }

    /// <summary>Goes on to the next record outside chunks.</summary>
    /// <returns>Whether it is one to show.</returns>
    private bool ReadTop()
    {
        try
        {
            if (!Load())
                return false;
        }
        catch (RecordingException fault) when (_options.Recover && fault.InnerException is not IOException)
        {
            Tear(fault);
            return false;
        }

        try
        {
            return Show();
        }
        catch (RecordingException fault) when (_options.Recover)
        {
            Losses.Note(fault);
            Losses.LostBytes += _loaded;
            if ((McapOpcode)_input.Peek(1)[0] == McapOpcode.Chunk)
                Losses.DamagedChunks++;
            else
                Losses.DamagedRecords++;
            return false;
        }
    }

    /// <summary>Passes the record before and brings the next one to the front of the input, whole.</summary>
    private bool Load()
    {
        Pass();
        _place = new McapPlace(_input.Name, _input.Offset);
        if (_state == State.Start)
        {
            if (!_input.TryFill(McapFormat.MagicBytes)
                || !_input.Peek(McapFormat.MagicBytes).SequenceEqual(McapFormat.Magic))
                throw _place.Fault("it does not begin like an MCAP file", "check that it is one");
            PassBytes(McapFormat.MagicBytes);
            _state = State.Header;
            _place = new McapPlace(_input.Name, _input.Offset);
        }

        if (!_input.TryFill(McapFormat.RecordHeaderBytes))
            throw _place.Damaged(_input.Available == 0
                ? "the file ends without its footer, so the recording was not finished"
                : $"the file ends within the head of a record ({_input.Available} bytes)");
        var opcode = (McapOpcode)_input.Peek(1)[0];
        var length = _input.PeekLength();
        if (opcode == McapOpcode.None)
            throw _place.Damaged("a record has kind 0, which does not exist");
        if (length > (ulong)_options.MaxRecordBytes)
            return SkipOversized(opcode, length);
        var total = McapFormat.RecordHeaderBytes + (int)length;
        if (!_input.TryFill(total))
            throw _place.Damaged(
                $"the file ends within {opcode}: {_input.Available} of {total} bytes are there");
        _loaded = total;
        return true;
    }

    private bool SkipOversized(McapOpcode opcode, ulong length)
    {
        var fault = _place.TooLarge(
            $"{opcode} has {length} bytes, more than the limit of {_options.MaxRecordBytes}",
            nameof(_options.MaxRecordBytes));
        if (!_options.Recover)
            throw fault;
        var remaining = _stream.CanSeek ? _stream.Length - _stream.Position + _input.Available : long.MaxValue;
        if (length > (ulong)remaining)
            throw fault;
        Losses.Note(fault);
        Losses.DamagedRecords++;
        Losses.LostBytes += (long)_input.Drain(length + McapFormat.RecordHeaderBytes);
        return false;
    }

    /// <summary>Takes the loaded record in.</summary>
    /// <returns>Whether it is one to show.</returns>
    private bool Show()
    {
        var record = _input.Peek(_loaded);
        var opcode = (McapOpcode)record[0];
        var body = record[McapFormat.RecordHeaderBytes..];
        if (_state == State.Header)
        {
            _state = State.Data;
            if (opcode != McapOpcode.Header)
                throw _place.Damaged($"the first record is {opcode}, not Header");
        }

        _bodyIsUnpacked = false;
        _bodyStart = McapFormat.RecordHeaderBytes;
        _bodyLength = body.Length;
        switch (opcode)
        {
            case > McapFormat.HighestOpcode or McapOpcode.MessageIndex:
                return false;
            case McapOpcode.Chunk or McapOpcode.Message or McapOpcode.Attachment or McapOpcode.Metadata
                when _state == State.Summary:
                throw _place.Damaged($"{opcode} lies behind the end of data");
            case McapOpcode.Chunk:
                OpenChunk(body);
                return false;
            case McapOpcode.DataEnd:
                CheckDataEnd(body);
                break;
            case McapOpcode.Footer:
                CheckFooter(record);
                break;
        }

        Accept(opcode, body, _place);
        return true;
    }

    private void OpenChunk(ReadOnlySpan<byte> body)
    {
        var records = _decoder.Decode(body, _place, ref _unpacked);
        _chunkIsUnpacked = !body.Overlaps(records, out var start);
        _chunkStart = start + McapFormat.RecordHeaderBytes;
        _chunkLength = records.Length;
        _chunkPosition = 0;
        _chunkPlace = _place;
    }

    private void Accept(McapOpcode opcode, ReadOnlySpan<byte> body, McapPlace place)
    {
        Opcode = opcode;
        _place = place;
        switch (opcode)
        {
            case McapOpcode.Message:
                _message = McapRecordParser.MessageHeader(body, place);
                _bound = _definitions.Find(_message.ChannelId, place);
                break;
            case McapOpcode.Schema:
                _schema = _definitions.AddSchema(body, place);
                break;
            case McapOpcode.Channel:
                _channel = _definitions.AddChannel(body, place);
                break;
        }
    }

    private void CheckDataEnd(ReadOnlySpan<byte> body)
    {
        var end = McapRecordParser.DataEnd(body, _place);
        if (_state == State.Summary)
            throw _place.Damaged("the end of data comes twice");
        CheckSection("data section", end.DataSectionCrc, _crc);
        _state = State.Summary;
        _summaryStart = _place.Offset + _loaded;
    }

    private void CheckFooter(ReadOnlySpan<byte> record)
    {
        var footer = McapRecordParser.Footer(record[McapFormat.RecordHeaderBytes..], _place);
        if (_state != State.Summary)
            throw _place.Damaged("the footer comes without an end of data before it");
        // The CRC covers everything up to itself, the last four bytes of the record.
        if (footer.SummaryStart == 0)
            CheckSection("summary", footer.SummaryCrc, Crc32.Compute(record[..^4]));
        else if (footer.SummaryStart == (ulong)_summaryStart)
            CheckSection("summary", footer.SummaryCrc, Crc32.Append(_crc, record[..^4]));
        else
            throw _place.Damaged($"the footer names a summary at {footer.SummaryStart}, where none begins");
        CheckEnd();
        _state = State.Done;
    }

    /// <summary>Behind the footer comes the magic, then nothing.</summary>
    private void CheckEnd()
    {
        var end = _loaded + McapFormat.MagicBytes;
        var fault = !_input.TryFill(end) || !_input.Peek(end)[_loaded..].SequenceEqual(McapFormat.Magic)
            ? "the file does not end with the magic bytes behind its footer"
            : _input.TryFill(end + 1) ? "there are bytes behind the end of the file" : null;
        if (fault is null)
            return;
        if (!_options.Recover)
            throw _place.Damaged(fault);
        Losses.Note(_place.Damaged(fault));
        _trailing = true;
    }

    private void CheckSection(string section, uint expected, uint actual)
    {
        if (!_options.ValidateCrcs || expected == 0 || expected == actual)
            return;
        var fault = _place.Damaged($"the CRC of the {section} is {actual:x8}, the file says {expected:x8}");
        if (!_options.Recover)
            throw fault;
        Losses.Note(fault);
        Losses.SectionCrcMismatch = true;
    }

    private void Pass()
    {
        if (_loaded == 0)
            return;
        var loaded = _loaded;
        _loaded = 0;
        var isDataEnd = _state == State.Summary && _input.Offset + loaded == _summaryStart;
        PassBytes(loaded);
        if (isDataEnd)
            _crc = 0;
    }

    private void PassBytes(int count)
    {
        if (_options.ValidateCrcs)
            _crc = Crc32.Append(_crc, _input.Peek(count));
        _input.Skip(count);
    }

    private void Tear(RecordingException fault)
    {
        Losses.Note(fault);
        Losses.Torn = true;
        Losses.TornAt = _input.Offset;
        Losses.LostBytes += (long)_input.Drain(ulong.MaxValue);
        _state = State.Done;
    }
}
