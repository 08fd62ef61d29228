using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Recording;

/// <summary>
/// Writes a recording: sensors, labels, decisions and predictions, each on a channel of its own, in messages that
/// common tools open.
/// </summary>
/// <remarks>
/// Mapping: log time = arrival, publish time = capture, sequence = low 32 bits of the ring's. <b>Threading.</b> One
/// thread at a time. Hot path: writing a sample allocates nothing.
/// </remarks>
public sealed class RecordingWriter : IDisposable
{
    private readonly McapWriter _mcap;
    private readonly List<(SampleEncoder Encoder, ushort Channel)> _sensors = [];
    private readonly Dictionary<string, ushort> _schemas = new(StringComparer.Ordinal);
    private readonly ArrayBufferWriter<byte> _buffer = new(4_096);
    private readonly Utf8JsonWriter _json;
    private readonly ContextSpans _context = new();
    private ushort? _labels;
    private ushort? _flags;
    private uint _flagCount;
    private ushort _cuts;
    private ushort _predictions;
    private uint _labelCount;
    private bool _closed;

    /// <summary>Starts a recording.</summary>
    /// <param name="mcap">The file; owned from here on.</param>
    /// <param name="origin">Start of window 0, so that a replay cuts on the same grid.</param>
    public RecordingWriter(McapWriter mcap, Timestamp origin)
    {
        ArgumentNullException.ThrowIfNull(mcap);
        _mcap = mcap;
        _json = new Utf8JsonWriter(_buffer);
        mcap.WriteMetadata(RecordingTopics.MetadataName, new Dictionary<string, string>
        {
            [RecordingTopics.OriginKey] = origin.Nanoseconds.ToString(CultureInfo.InvariantCulture),
            ["schema"] = "1",
        });
    }

    /// <summary>Options of the file: profile and library of this program.</summary>
    public static McapWriterOptions FileOptions(IChunkCodec? codec = null, int chunkBytes = 1 << 20) => new()
    {
        Profile = "edgefusion",
        Library = "edgefusion " + typeof(RecordingWriter).Assembly.GetName().Version?.ToString(3),
        Codec = codec,
        ChunkBytes = chunkBytes,
    };

    /// <summary>Bytes written so far.</summary>
    public long BytesWritten => _mcap.BytesWritten;

    /// <summary>Messages written so far.</summary>
    public long Messages => (long)_mcap.MessagesWritten;

    /// <summary>Adds the channel of a sensor.</summary>
    /// <returns>Its number for <see cref="WriteSample"/>.</returns>
    public int AddSensor(SensorInfo info, Timestamp now) => AddSensor(SampleEncoder.For(info), now);

    /// <summary>Adds the channel of a sensor whose samples another encoder writes, such as compressed frames.</summary>
    /// <returns>Its number for <see cref="WriteSample"/>.</returns>
    public int AddSensor(SampleEncoder encoder, Timestamp now)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        _sensors.Add((encoder, AddChannel(encoder.Channel)));
        if (encoder.InfoChannel is { } description)
        {
            ushort channel = AddChannel(description);
            ulong at = McapTime.FromTimestamp(now);
            _mcap.WriteMessage(channel, 0, at, at, encoder.InfoMessage.Span);
        }

        return _sensors.Count - 1;
    }

    /// <summary>Writes one sample.</summary>
    /// <exception cref="RecordingException">The disk is full or failed.</exception>
    public void WriteSample(int sensor, in SampleHeader header, ReadOnlySpan<byte> payload)
    {
        (SampleEncoder encoder, ushort channel) = _sensors[sensor];
        Span<byte> message = _mcap.BeginMessage(
            channel, (uint)header.Sequence, McapTime.FromTimestamp(header.Arrival),
            McapTime.FromTimestamp(header.Capture), encoder.MessageBytes(payload.Length));
        _mcap.CommitMessage(encoder.Encode(header, payload, message));
        if (header.Flags != SampleFlags.None)
        {
            WriteFlags(encoder.Channel.Topic, header);
        }
    }

    /// <summary>Writes one label, logged at its start.</summary>
    public void WriteLabel(LabelSpan label)
    {
        ArgumentNullException.ThrowIfNull(label);
        if (_labels is null)
        {
            _labels = AddJsonChannel(RecordingTopics.Labels, "edgefusion.Label", """
                {"title":"edgefusion.Label","type":"object","properties":{"head":{"type":"string"},
                "label":{"type":"string"},"start_ns":{"type":"integer"},"end_ns":{"type":"integer"}}}
                """);
        }

        _buffer.ResetWrittenCount();
        _json.Reset(_buffer);
        _json.WriteStartObject();
        _json.WriteString("head"u8, label.Head);
        _json.WriteString("label"u8, label.Label);
        _json.WriteNumber("start_ns"u8, label.Start.Nanoseconds);
        _json.WriteNumber("end_ns"u8, label.End.Nanoseconds);
        _json.WriteEndObject();
        _json.Flush();
        ulong at = McapTime.FromTimestamp(label.Start);
        _mcap.WriteMessage(_labels.Value, _labelCount++, at, at, _buffer.WrittenSpan);
    }

    /// <summary>Adds the channels of decisions and predictions of a model.</summary>
    public void AddModel(ModelManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var metadata = new Dictionary<string, string>
        {
            [CutMessage.SpecKey] = WindowSpecHash.Of(manifest),
            ["edgefusion.model"] = manifest.Name,
            ["edgefusion.model_version"] = manifest.Version,
            ["edgefusion.model_sha256"] = manifest.Sha256,
        };
        _cuts = AddJsonChannel(RecordingTopics.Cuts, CutMessage.SchemaName, CutMessage.Schema, metadata);
        _predictions = AddJsonChannel(
            RecordingTopics.Predictions, "edgefusion.Prediction", """{"type":"object"}""", metadata);
    }

    /// <summary>
    /// Writes the decision behind a prediction, and the prediction's JSON where there is one; a change of context
    /// becomes a label as well.
    /// </summary>
    public void WritePrediction(Prediction prediction, ReadOnlySpan<byte> json)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        _buffer.ResetWrittenCount();
        CutMessage.Write(_json, _buffer, prediction);
        ulong at = McapTime.FromTimestamp(prediction.Times.Cut);
        ulong end = McapTime.FromTimestamp(prediction.End);
        _mcap.WriteMessage(_cuts, (uint)prediction.Sequence, at, end, _buffer.WrittenSpan);
        if (!json.IsEmpty)
        {
            _mcap.WriteMessage(_predictions, (uint)prediction.Sequence, at, end, json);
        }

        foreach (LabelSpan span in _context.Next(prediction))
        {
            WriteLabel(span);
        }
    }

    /// <summary>Writes what is pending to the file.</summary>
    public void Flush() => _mcap.Flush();

    /// <summary>Gives up what could not be written after a failure, and counts it.</summary>
    public int DiscardPending() => _mcap.DiscardPending();

    /// <summary>Completes the file with its indexes.</summary>
    public void Finish()
    {
        _closed = true;
        foreach (LabelSpan span in _context.Finish())
        {
            WriteLabel(span);
        }

        _mcap.Finish();
    }

    /// <summary>Completes the file where that has not been done, as far as the disk lets it.</summary>
    public void Dispose()
    {
        try
        {
            if (!_closed)
            {
                Finish();
            }
        }
        catch (RecordingException)
        {
            // Dispose does not throw; who needs to know calls Finish.
        }
        finally
        {
            _json.Dispose();
            _mcap.Dispose();
        }
    }

    /// <summary>
    /// Flags are rare (a gap, saturation) and no ROS message has a place for them: they go to a channel of their own.
    /// </summary>
    private void WriteFlags(string topic, in SampleHeader header)
    {
        _flags ??= AddJsonChannel(RecordingTopics.Flags, "edgefusion.Flags", """
            {"title":"edgefusion.Flags","type":"object","properties":{"topic":{"type":"string"},
            "sequence":{"type":"integer"},"flags":{"type":"integer"}}}
            """);
        _buffer.ResetWrittenCount();
        _json.Reset(_buffer);
        _json.WriteStartObject();
        _json.WriteString("topic"u8, topic);
        _json.WriteNumber("sequence"u8, (uint)header.Sequence);
        _json.WriteNumber("flags"u8, (int)header.Flags);
        _json.WriteEndObject();
        _json.Flush();
        ulong at = McapTime.FromTimestamp(header.Arrival);
        _mcap.WriteMessage(_flags.Value, _flagCount++, at, McapTime.FromTimestamp(header.Capture), _buffer.WrittenSpan);
    }

    private ushort AddChannel(ChannelDescription description)
    {
        if (!_schemas.TryGetValue(description.SchemaName, out ushort schema))
        {
            schema = _mcap.AddSchema(description.SchemaName, description.SchemaEncoding, description.SchemaText);
            _schemas.Add(description.SchemaName, schema);
        }

        return _mcap.AddChannel(description.Topic, description.MessageEncoding, schema, description.Metadata);
    }

    private ushort AddJsonChannel(
        string topic, string schemaName, string schema, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ushort id = _mcap.AddSchema(schemaName, "jsonschema", Encoding.UTF8.GetBytes(schema));
        return _mcap.AddChannel(topic, "json", id, metadata);
    }
}
