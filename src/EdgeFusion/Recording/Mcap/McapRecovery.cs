using System.Globalization;

namespace EdgeFusion.Recording.Mcap;

/// <summary>
/// Writes what is left of a damaged or unfinished file to a new one with fresh indexes, and reads that one through
/// before it says anything about success.
/// </summary>
/// <remarks><b>Threading.</b> One call per object. Memory is bounded by the limits of the options.</remarks>
public sealed class McapRecovery
{
    /// <summary>Name of the metadata record in which the new file says what it lacks.</summary>
    public const string MetadataName = "edgefusion.recovery";

    /// <summary>2^62 ns, in the year 2116.</summary>
    private const ulong LatestTime = 1UL << 62;

    private readonly McapReadOptions _read;
    private readonly McapWriterOptions _write;
    private readonly Dictionary<string, long> _byTopic = new(StringComparer.Ordinal);
    private readonly McapRecoveryReport _report = new();
    private readonly HashSet<ushort> _schemas = [];
    private readonly HashSet<ushort> _channels = [];

    /// <summary>Prepares a recovery.</summary>
    /// <param name="read">Limits and codecs; damage is always passed over, CRCs are always checked.</param>
    /// <param name="write">How the new file is written; profile and library are those of the old one.</param>
    public McapRecovery(McapReadOptions read, McapWriterOptions write)
    {
        ArgumentNullException.ThrowIfNull(read);
        ArgumentNullException.ThrowIfNull(write);
        _read = read with { Recover = true, ValidateCrcs = true };
        _write = write;
    }

    /// <summary>Whether the new file is forced to the disk before it gets its name; default true.</summary>
    internal bool IsSynced { get; init; } = true;

    /// <summary>Recovers one file to another.</summary>
    /// <param name="path">The damaged file; never changed.</param>
    /// <param name="target">The new file.</param>
    /// <param name="overwrite">Whether an existing target is replaced.</param>
    /// <exception cref="RecordingException">Nothing can be recovered, or the new file cannot be written or verified;
    /// the target is then not there.</exception>
    public McapRecoveryReport Recover(string path, string target, bool overwrite = false)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (!overwrite && File.Exists(target))
            throw new RecordingException($"cannot write {target}: it exists; choose another name or --force");
        using var source = McapSource.Open(path);
        var survey = new McapSurvey(source, _read);
        survey.Walk();
        Tell(survey, source);

        // The new file has its name only when it is known to be good.
        var partial = target + ".partial";
        try
        {
            Write(survey, source, partial);
            Verify(partial);
            File.Move(partial, target, overwrite);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new RecordingException($"cannot write {target}: {fault.Message.TrimEnd('.')}", fault);
        }
        finally
        {
            File.Delete(partial);
        }

        return _report;
    }

    private void Tell(McapSurvey survey, McapSource source)
    {
        _report.FileBytes = source.Length;
        _report.WasFinished = survey.IsFinished;
        _report.Damages = survey.Damages;
        _report.SectionCrcMismatch = survey.SectionCrcMismatch;
        _report.MessagesExpected = (long?)survey.Statistics?.MessageCount;
        _report.MessagesByTopic = _byTopic;
    }

    private void Write(McapSurvey survey, McapSource source, string partial)
    {
        var options = _write with { Profile = survey.Header.Profile, Library = survey.Header.Library };
        using var writer = McapWriter.Create(partial, options, overwrite: true);
        foreach (var (opcode, offset, length) in survey.Pieces)
        {
            var place = source.Place(offset);
            switch (opcode)
            {
                case McapOpcode.Chunk:
                    _report.Chunks++;
                    var contents = new McapChunkContents(survey.Records(offset, length), place);
                    while (contents.MoveNext())
                    {
                        if (contents.Opcode == McapOpcode.Message)
                            Copy(contents.Body, contents.Place, survey.Definitions, writer, isVerified: true);
                    }

                    break;
                case McapOpcode.Message:
                    // Without chunks only the CRC of the whole section can vouch for a message.
                    Copy(
                        survey.Body(offset, length), place, survey.Definitions, writer,
                        isVerified: survey.IsFinished && !survey.SectionCrcMismatch);
                    break;
                case McapOpcode.Attachment:
                    var attachment = McapRecordParser.Attachment(survey.Body(offset, length), place, withCrc: true);
                    writer.WriteAttachment(
                        attachment.Name, attachment.MediaType, attachment.LogTime, attachment.CreateTime,
                        attachment.Data.Span);
                    _report.Others++;
                    break;
                case McapOpcode.Metadata:
                    var metadata = McapRecordParser.Metadata(survey.Body(offset, length), place);
                    writer.WriteMetadata(metadata.Name, metadata.Metadata);
                    _report.Others++;
                    break;
            }
        }

        writer.WriteMetadata(MetadataName, Facts(source.Name));
        writer.Finish(toDisk: IsSynced);
    }

    private void Copy(
        ReadOnlySpan<byte> body, McapPlace place, McapDefinitions definitions, McapWriter writer, bool isVerified)
    {
        var header = McapRecordParser.MessageHeader(body, place);
        if (!definitions.Channels.TryGetValue(header.ChannelId, out var channel))
        {
            _report.MessagesWithoutChannel++;
            return;
        }

        if (_channels.Add(channel.Id))
        {
            if (channel.SchemaId != 0 && _schemas.Add(channel.SchemaId))
                writer.AddSchema(definitions.Schemas[channel.SchemaId]);
            writer.AddChannel(channel);
        }

        writer.WriteMessage(
            channel.Id, header.Sequence, header.LogTime, header.PublishTime, body[McapFormat.MessageHeaderBytes..]);
        _report.Messages++;
        _report.Unverified += isVerified ? 0 : 1;
        _report.AbsurdTimes += header.LogTime > LatestTime ? 1 : 0;
        _byTopic[channel.Topic] = _byTopic.GetValueOrDefault(channel.Topic) + 1;
    }

    private Dictionary<string, string> Facts(string source) => new()
    {
        ["source"] = Path.GetFileName(source),
        ["lost_bytes"] = Text(_report.LostBytes),
        ["damages"] = Text(_report.Damages.Count),
        ["messages"] = Text(_report.Messages),
        ["messages_lost"] = _report.MessagesLost is { } lost ? Text(lost) : "unknown",
        ["complete"] = _report.IsComplete ? "true" : "false",
    };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private void Verify(string partial)
    {
        using var reader = McapIndexedReader.Open(partial, _read with { Recover = false });
        if (reader.SummaryFault is { } fault)
            throw new RecordingException($"the recovered file is not right: {fault}; this is a defect");
        long messages = 0;
        foreach (var message in reader.ReadMessages())
            messages += message.Data.Length >= 0 ? 1 : 0;
        if (messages != _report.Messages)
            throw new RecordingException(
                $"the recovered file holds {messages} messages, {_report.Messages} were written; this is a defect");
    }
}
