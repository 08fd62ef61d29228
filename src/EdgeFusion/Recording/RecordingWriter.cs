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
public sealed class RecordingWriter : IRecordingOutput
{
    /// <summary>Some 11,000 chunks: eleven gigabytes, or an hour and a half of chunks that are a second old.
    /// </summary>
    private const int LiveIndexBytes = 1 << 20;

    private readonly McapWriter _mcap;
    private readonly List<(SampleEncoder Encoder, ushort Channel)> _sensors = [];
    private readonly Dictionary<string, ushort> _schemas = new(StringComparer.Ordinal);
    private readonly ArrayBufferWriter<byte> _buffer = new(4_096);
    private readonly Utf8JsonWriter _json;
    private readonly ContextSpans _context = new();
    private ushort? _flags;
    private uint _flagCount;
    private readonly ushort?[] _events = new ushort?[RecordingEventChannels.Count];
    private readonly RecordingFlush _flush;
    private readonly Func<SensorInfo, SampleEncoder> _encoders;
    private Timestamp? _chunkedAt;
    private Timestamp? _syncedAt;
    private IReadOnlyDictionary<string, string>? _model;
    private uint _labelCount;
    private bool _closed;

    /// <summary>Starts a recording.</summary>
    /// <param name="mcap">The file; owned from here on.</param>
    /// <param name="origin">Start of window 0, so that a replay cuts on the same grid.</param>
    /// <param name="flush">How long data may wait; null = until a chunk is full.</param>
    /// <param name="encoders">Chooses how a sensor's samples are written; null = each the natural way.</param>
    public RecordingWriter(
        McapWriter mcap, Timestamp origin, RecordingFlush? flush = null,
        Func<SensorInfo, SampleEncoder>? encoders = null)
    {
        ArgumentNullException.ThrowIfNull(mcap);
        _mcap = mcap;
        _flush = flush ?? RecordingFlush.WhenFull;
        _encoders = encoders ?? SampleEncoder.For;
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

    /// <summary>
    /// Options of the file of a live run: frames in chunks of their own, and every chunk readable by itself whatever
    /// happens to the others.
    /// </summary>
    public static McapWriterOptions LiveOptions(IChunkCodec? codec = null, IChunkCodec? frames = null) =>
        FileOptions(codec) with
        {
            BulkChunks = true,
            BulkCodec = frames,
            SelfContainedChunks = true,
            IndexBytes = LiveIndexBytes,
        };

    /// <summary>Bytes written so far.</summary>
    public long BytesWritten => _mcap.BytesWritten;

    /// <summary>Messages written so far.</summary>
    public long Messages => (long)_mcap.MessagesWritten;

    /// <inheritdoc/>
    public string? Refusal => null;

    /// <inheritdoc/>
    public int AddSensor(SensorInfo info, Timestamp now) => AddSensor(_encoders(info), now);

    /// <summary>Adds the channel of a sensor whose samples another encoder writes, such as compressed frames.</summary>
    /// <returns>Its number for <see cref="WriteSample"/>.</returns>
    public int AddSensor(SampleEncoder encoder, Timestamp now)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        _sensors.Add((encoder, AddChannel(encoder.Channel, encoder.Info.Layout is FrameLayout)));
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
        int bytes = encoder.Prepare(header, payload);
        Span<byte> message = _mcap.BeginMessage(
            channel, (uint)header.Sequence, McapTime.FromTimestamp(header.Arrival),
            McapTime.FromTimestamp(header.Capture), bytes);
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
        _buffer.ResetWrittenCount();
        label.Write(_json, _buffer);
        WriteEvent(RecordingEvent.Label, _labelCount++, label.Start, label.Start, _buffer.WrittenSpan);
    }

    /// <summary>Adds what every file of a series begins with; where that fails the writer is disposed.</summary>
    /// <returns>This writer.</returns>
    internal RecordingWriter Begin(IReadOnlyList<SensorInfo> sensors, ModelManifest? model, Timestamp now)
    {
        try
        {
            foreach (SensorInfo sensor in sensors)
            {
                AddSensor(sensor, now);
            }

            if (model is not null)
            {
                AddModel(model);
            }

            return this;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Adds the channels of decisions and predictions of a model.</summary>
    public void AddModel(ModelManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        _model = new Dictionary<string, string>
        {
            [CutMessage.SpecKey] = WindowSpecHash.Of(manifest),
            ["edgefusion.model"] = manifest.Name,
            ["edgefusion.model_version"] = manifest.Version,
            ["edgefusion.model_sha256"] = manifest.Sha256,
        };
        EventChannel(RecordingEvent.Cut);
        EventChannel(RecordingEvent.Prediction);
    }

    /// <summary>Writes a metadata record.</summary>
    public void WriteMetadata(string name, IReadOnlyDictionary<string, string> metadata) =>
        _mcap.WriteMetadata(name, metadata);

    /// <summary>
    /// Writes the decision behind a prediction, and the prediction's JSON where there is one; a change of context
    /// becomes a label as well.
    /// </summary>
    public void WritePrediction(Prediction prediction, ReadOnlySpan<byte> json)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        _buffer.ResetWrittenCount();
        CutMessage.Write(_json, _buffer, prediction);
        Timestamp at = prediction.Times.Cut;
        WriteEvent(RecordingEvent.Cut, prediction.Sequence, at, prediction.End, _buffer.WrittenSpan);
        if (!json.IsEmpty)
        {
            WriteEvent(RecordingEvent.Prediction, prediction.Sequence, at, prediction.End, json);
        }

        foreach (LabelSpan span in _context.Next(prediction))
        {
            WriteLabel(span);
        }
    }

    /// <inheritdoc/>
    public void WriteEvent(
        RecordingEvent kind, long sequence, Timestamp at, Timestamp about, ReadOnlySpan<byte> json) =>
        _mcap.WriteMessage(
            EventChannel(kind), (uint)sequence, McapTime.FromTimestamp(at), McapTime.FromTimestamp(about), json);

    /// <summary>Writes chunks, and forces them to the disk, when their time has come.</summary>
    public void Maintain(Timestamp now)
    {
        _chunkedAt ??= now;
        _syncedAt ??= now;
        bool sync = _flush.SyncAfter > TimeSpan.Zero && IsDue(_syncedAt.Value, _flush.SyncAfter, now);
        if (sync || (_flush.ChunkAfter > TimeSpan.Zero && IsDue(_chunkedAt.Value, _flush.ChunkAfter, now)))
        {
            // Set before the attempt: a disk that fails is asked again after the interval, not at once.
            _chunkedAt = now;
            _syncedAt = sync ? now : _syncedAt;
            _mcap.Flush(sync);
        }
    }

    /// <summary>Writes what is pending to the file.</summary>
    public void Flush() => _mcap.Flush();

    /// <summary>Gives up what could not be written after a failure, and counts it.</summary>
    public int DiscardPending()
    {
        foreach ((SampleEncoder encoder, _) in _sensors)
        {
            encoder.Interrupted();
        }

        return _mcap.DiscardPending();
    }

    /// <summary>Completes the file with its indexes.</summary>
    public void Finish()
    {
        _closed = true;
        foreach (LabelSpan span in _context.Finish())
        {
            WriteLabel(span);
        }

        _mcap.Finish(toDisk: _flush.SyncAfter >= TimeSpan.Zero);
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

    private static bool IsDue(Timestamp last, TimeSpan interval, Timestamp now) =>
        now.NanosecondsSince(last) >= interval.Ticks * 100;

    private ushort EventChannel(RecordingEvent kind)
    {
        if (_events[(int)kind] is { } known)
        {
            return known;
        }

        (string topic, string name, string schema) = RecordingEventChannels.Of(kind);
        ushort added = AddJsonChannel(
            topic, name, schema, kind is RecordingEvent.Cut or RecordingEvent.Prediction ? _model : null);
        _events[(int)kind] = added;
        return added;
    }

    private ushort AddChannel(ChannelDescription description, bool isBulk = false)
    {
        if (!_schemas.TryGetValue(description.SchemaName, out ushort schema))
        {
            schema = _mcap.AddSchema(description.SchemaName, description.SchemaEncoding, description.SchemaText);
            _schemas.Add(description.SchemaName, schema);
        }

        return _mcap.AddChannel(description.Topic, description.MessageEncoding, schema, description.Metadata, isBulk);
    }

    private ushort AddJsonChannel(
        string topic, string schemaName, string schema, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ushort id = _mcap.AddSchema(schemaName, "jsonschema", Encoding.UTF8.GetBytes(schema));
        return _mcap.AddChannel(topic, "json", id, metadata);
    }
}
