using System.Text.Json;
using EdgeFusion.Time;

namespace EdgeFusion.Recording.Import;

/// <summary>Writes a segment's labels: those of the whole segment and those of its events.</summary>
internal sealed class LabelSink(RecordingWriter writer, ImportMap map)
{
    /// <summary>Labels written.</summary>
    public long Count { get; private set; }

    /// <summary>Writes the labels of a segment that has ended.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="start">Its start in the recording.</param>
    /// <param name="end">Its end in the recording.</param>
    /// <param name="clockShift">Recording time minus time on the set's own clock.</param>
    public void Write(Segment segment, Timestamp start, Timestamp end, long clockShift)
    {
        foreach (MapLabel label in map.Labels)
        {
            Write(new LabelSpan(label.Head, segment.Expand(label.Label), start, end));
        }

        foreach (MapEvents events in map.Events)
        {
            JsonElement list = segment.List(events.Items);
            if (list.ValueKind != JsonValueKind.Array)
            {
                continue;
            }

            int number = 0;
            foreach (JsonElement item in list.EnumerateArray())
            {
                string text = item.ValueKind == JsonValueKind.Object ? "" : ImportManifest.Text(item);
                Segment place = segment.With("event", new AxisItem(text, number++, AxisSize: 0, item));
                long from = Time(place, events.Start, clockShift) - events.BeforeNanoseconds;
                long to = Time(place, events.End, clockShift) + events.AfterNanoseconds;
                var label = new LabelSpan(
                    events.Head, place.Expand(events.Label),
                    new Timestamp(Math.Max(from, start.Nanoseconds)), new Timestamp(Math.Min(to, end.Nanoseconds)));
                Write(label);
            }
        }
    }

    private static long Time(Segment place, string template, long clockShift)
    {
        string text = place.Expand(template);
        return DecimalTime.TryParse(text, TimeUnit.Seconds, out long time)
            ? time + clockShift
            : throw ImportFault.Data(
                $"segment {place}", $"'{template}' gives '{text}', not a time", "Check the manifest.");
    }

    // An empty text is "no label"; what lies outside the segment has no data to be learnt from.
    private void Write(LabelSpan label)
    {
        if (label.Label.Length == 0 || label.End <= label.Start)
        {
            return;
        }

        writer.WriteLabel(label);
        Count++;
    }
}
