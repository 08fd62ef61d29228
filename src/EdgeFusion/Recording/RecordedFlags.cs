using System.Text.Json;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Sensing;

namespace EdgeFusion.Recording;

/// <summary>The flags of a recording's samples: few, held in memory and bounded.</summary>
internal sealed class RecordedFlags
{
    /// <summary>Most flagged samples; a recording with more has other troubles.</summary>
    private const int MaxFlags = 1_000_000;

    private readonly Dictionary<(string Topic, uint Sequence), SampleFlags> _flags = [];

    public static RecordedFlags Read(McapIndexedReader file)
    {
        var flags = new RecordedFlags();
        foreach (McapMessage message in file.ReadMessages(new McapMessageFilter { Topics = [RecordingTopics.Flags] }))
        {
            if (flags._flags.Count >= MaxFlags)
            {
                throw new RecordingException(
                    $"The recording flags more than {MaxFlags} samples; split it into several files.");
            }

            flags.Add(message.Data);
        }

        return flags;
    }

    public SampleFlags Of(string topic, uint sequence) =>
        _flags.Count == 0 ? SampleFlags.None : _flags.GetValueOrDefault((topic, sequence));

    private void Add(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            JsonElement root = document.RootElement;
            _flags[(root.GetProperty("topic").GetString()!, root.GetProperty("sequence").GetUInt32())] =
                (SampleFlags)root.GetProperty("flags").GetInt32();
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            throw new RecordingException(
                $"A message of topic '{RecordingTopics.Flags}' is not of this program: {fault.Message}", fault);
        }
    }
}
