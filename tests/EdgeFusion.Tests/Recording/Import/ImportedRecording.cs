using System.Runtime.InteropServices;
using EdgeFusion.Recording;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Tests.Recording.Import;

/// <summary>A recording read back completely, for assertions.</summary>
internal sealed class ImportedRecording
{
    public Dictionary<string, SensorInfo> Sensors { get; } = [];

    public Dictionary<string, List<(Timestamp Capture, byte[] Payload)>> Samples { get; } = [];

    public List<LabelSpan> Labels { get; } = [];

    public IReadOnlyDictionary<string, string> Metadata { get; private init; } = new Dictionary<string, string>();

    public static ImportedRecording Read(string path)
    {
        using McapIndexedReader reader = McapIndexedReader.Open(path);
        var recording = new ImportedRecording();
        var decoders = new Dictionary<string, SampleDecoder>();
        ulong last = 0;
        foreach (McapMessage message in reader.ReadMessages(new McapMessageFilter()))
        {
            Xunit.Assert.True(message.LogTime >= last);
            last = message.LogTime;
            McapChannel channel = message.Channel;
            if (channel.Topic == RecordingTopics.Labels)
            {
                using var json = System.Text.Json.JsonDocument.Parse(message.Data.ToArray());
                recording.Labels.Add(new LabelSpan(
                    json.RootElement.GetProperty("head").GetString()!,
                    json.RootElement.GetProperty("label").GetString()!,
                    new Timestamp(json.RootElement.GetProperty("start_ns").GetInt64()),
                    new Timestamp(json.RootElement.GetProperty("end_ns").GetInt64())));
                continue;
            }

            if (!RecordingChannels.IsSensor(channel))
            {
                continue;
            }

            recording.Add(decoders, reader, message);
        }

        return recording;
    }

    public float[] Values(string sensor, int index) =>
        MemoryMarshal.Cast<byte, float>(Samples[sensor][index].Payload.AsSpan()).ToArray();

    public string[] LabelsAt(Timestamp time) =>
        [
            .. Labels.Where(label => label.Start <= time && time < label.End)
                .Select(label => $"{label.Head}={label.Label}"),
        ];

    private void Add(Dictionary<string, SampleDecoder> decoders, McapIndexedReader reader, McapMessage message)
    {
        if (!decoders.TryGetValue(message.Channel.Topic, out SampleDecoder? decoder))
        {
            decoder = SampleDecoder.For(
                RecordingChannels.Describe(reader, message.Channel), message.Data,
                new SampleDecoderOptions { ImageDecoder = new KeepingImageDecoder() });
            decoders.Add(message.Channel.Topic, decoder);
            Sensors.Add(decoder.Info.Name, decoder.Info);
            Samples.Add(decoder.Info.Name, []);
        }

        byte[] slot = new byte[decoder.Info.Layout.MaxSampleBytes];
        int length = decoder.Decode(
            message.Data, McapTime.ToTimestamp(message.PublishTime), slot, out Timestamp capture);
        Samples[decoder.Info.Name].Add((capture, slot[..length]));
    }
}
