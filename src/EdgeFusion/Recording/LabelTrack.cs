using System.Text.Json;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Time;

namespace EdgeFusion.Recording;

/// <summary>The labels of a recording, searchable by time.</summary>
/// <remarks>Immutable after loading; bounded by <see cref="MaxLabels"/>. <b>Threading.</b> Any thread.</remarks>
public sealed class LabelTrack
{
    /// <summary>Largest number of labels read from one recording.</summary>
    public const int MaxLabels = 1_000_000;

    private readonly Dictionary<string, List<LabelSpan>> _byHead = new(StringComparer.Ordinal);

    /// <summary>Number of labels.</summary>
    public int Count { get; private set; }

    /// <summary>Labels that were unreadable and left out.</summary>
    public int Unreadable { get; private set; }

    /// <summary>Names of the heads that have labels.</summary>
    public IReadOnlyCollection<string> Heads => _byHead.Keys;

    /// <summary>Reads all labels of a recording.</summary>
    /// <exception cref="RecordingException">The recording is damaged or has more than <see cref="MaxLabels"/>
    /// labels.</exception>
    public static LabelTrack Read(McapIndexedReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var track = new LabelTrack();
        var filter = new McapMessageFilter { Topics = [RecordingTopics.Labels] };
        foreach (McapMessage message in reader.ReadMessages(filter))
        {
            if (track.Count >= MaxLabels)
            {
                throw new RecordingException(
                    $"The recording has more than {MaxLabels} labels; split it into several files.");
            }

            track.Add(message.Data);
        }

        return track.Sorted();
    }

    /// <summary>Adds a label; call <see cref="Sorted"/> after the last one.</summary>
    public void Add(LabelSpan span)
    {
        ArgumentNullException.ThrowIfNull(span);
        if (!_byHead.TryGetValue(span.Head, out List<LabelSpan>? spans))
        {
            _byHead.Add(span.Head, spans = []);
        }

        spans.Add(span);
        Count++;
    }

    /// <summary>Puts all labels into the order of time.</summary>
    public LabelTrack Sorted()
    {
        foreach (List<LabelSpan> spans in _byHead.Values)
        {
            spans.Sort((a, b) => a.Start.CompareTo(b.Start));
        }

        return this;
    }

    /// <summary>The label that holds during all of [start, end), or null.</summary>
    public string? Covering(string head, Timestamp start, Timestamp end)
    {
        if (!_byHead.TryGetValue(head, out List<LabelSpan>? spans))
        {
            return null;
        }

        int low = 0;
        int high = spans.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (spans[middle].Start <= start)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        // Spans of one head may overlap by mistake: look back at a few, newest first.
        for (int i = low - 1; i >= Math.Max(0, low - 4); i--)
        {
            if (spans[i].End >= end)
            {
                return spans[i].Label;
            }
        }

        return null;
    }

    private void Add(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            JsonElement root = document.RootElement;
            Add(new LabelSpan(
                root.GetProperty("head").GetString()!,
                TextOf(root.GetProperty("label")),
                new Timestamp(root.GetProperty("start_ns").GetInt64()),
                new Timestamp(root.GetProperty("end_ns").GetInt64())));
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            Unreadable++;
        }
    }

    // A number, or a list of numbers, is the truth of a regression; it is kept as text like any other label.
    private static string TextOf(JsonElement label)
    {
        switch (label.ValueKind)
        {
            case JsonValueKind.Number:
                return label.GetRawText();
            case JsonValueKind.Array:
                var numbers = new List<string>();
                foreach (JsonElement number in label.EnumerateArray())
                {
                    numbers.Add(number.GetRawText());
                }

                return string.Join(' ', numbers);
            default:
                return label.GetString()!;
        }
    }
}
