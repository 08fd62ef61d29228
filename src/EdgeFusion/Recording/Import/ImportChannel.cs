using EdgeFusion.Recording.Mcap;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Recording.Import;

/// <summary>One sensor's channel in the recording that is being written.</summary>
internal sealed class ImportChannel
{
    private readonly McapWriter _writer;
    private readonly SampleEncoder _encoder;
    private readonly ushort _id;
    private long _sequence;

    public ImportChannel(
        McapWriter writer, RecordingChannels channels, SensorInfo info, bool isCompressed, Timestamp start)
    {
        _writer = writer;
        _encoder = isCompressed ? SampleEncoder.ForCompressedFrames(info) : SampleEncoder.For(info);
        _id = channels.Add(_encoder.Channel);
        if (_encoder.InfoChannel is { } description)
        {
            ulong time = McapTime.FromTimestamp(start);
            writer.WriteMessage(channels.Add(description), 0, time, time, _encoder.InfoMessage.Span);
        }
    }

    public SensorInfo Info => _encoder.Info;

    public string SchemaName => _encoder.Channel.SchemaName;

    /// <summary>Samples written.</summary>
    public long Samples => _sequence;

    /// <summary>Rows left out so far.</summary>
    public long Skipped { get; set; }

    public void Write(Timestamp capture, Timestamp arrival, ReadOnlySpan<byte> payload)
    {
        var header = new SampleHeader
        {
            Sequence = _sequence,
            Capture = capture,
            Arrival = arrival,
            Length = payload.Length,
        };
        Span<byte> room = _writer.BeginMessage(
            _id, unchecked((uint)_sequence), McapTime.FromTimestamp(arrival), McapTime.FromTimestamp(capture),
            _encoder.MessageBytes(payload.Length));
        _writer.CommitMessage(_encoder.Encode(in header, payload, room));
        _sequence++;
    }
}
