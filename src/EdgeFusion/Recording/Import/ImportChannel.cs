using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Recording.Import;

/// <summary>One sensor's channel in the recording that is being written.</summary>
internal sealed class ImportChannel
{
    private readonly RecordingWriter _writer;
    private readonly int _sensor;

    public ImportChannel(RecordingWriter writer, SensorInfo info, bool isCompressed, Timestamp start)
    {
        _writer = writer;
        SampleEncoder encoder = isCompressed ? SampleEncoder.ForCompressedFrames(info) : SampleEncoder.For(info);
        _sensor = writer.AddSensor(encoder, start);
        Info = info;
        SchemaName = encoder.Channel.SchemaName;
    }

    public SensorInfo Info { get; }

    public string SchemaName { get; }

    /// <summary>Samples written.</summary>
    public long Samples { get; private set; }

    /// <summary>Rows left out so far.</summary>
    public long Skipped { get; set; }

    public void Write(Timestamp capture, Timestamp arrival, ReadOnlySpan<byte> payload)
    {
        var header = new SampleHeader
        {
            Sequence = Samples,
            Capture = capture,
            Arrival = arrival,
            Length = payload.Length,
        };
        _writer.WriteSample(_sensor, in header, payload);
        Samples++;
    }
}
