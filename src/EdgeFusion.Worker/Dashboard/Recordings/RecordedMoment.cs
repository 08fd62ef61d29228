using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using EdgeFusion.Recording;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Worker.Dashboard.Recordings;

/// <summary>What the sensors said just before the end of a window: pictures, and the vectors thinned out for the eye.
/// </summary>
internal static class RecordedMoment
{
    /// <summary>Samples arrive after they were captured; none of ours takes longer.</summary>
    private static readonly TimeSpan LatestArrival = TimeSpan.FromSeconds(0.5);

    private static readonly TimeSpan Shown = TimeSpan.FromSeconds(3);
    private const int MostSamples = 150;

    /// <summary>The last picture of a camera before an instant; null where there is none.</summary>
    /// <exception cref="RecordingException">The recording cannot be read.</exception>
    public static Thumbnail? Frame(string path, string sensor, Timestamp end)
    {
        using RecordingFeed feed = Open(path, end);
        Thumbnail? last = null;
        byte[] payload = [];
        while (feed.TryAdvance(out int index, out SampleHeader header))
        {
            if (feed.Sensors[index] is not { Layout: FrameLayout layout } info || info.Name != sensor
                || header.Capture >= end)
            {
                continue;
            }

            payload = payload.Length == header.Length ? payload : new byte[header.Length];
            feed.Fill(payload);
            last = Thumbnail.Of(layout, payload, header.Sequence, header.Capture) ?? last;
        }

        return last;
    }

    /// <summary>{sensor: [[milliseconds before the end, value, ...], ...]} of the vector streams.</summary>
    /// <exception cref="RecordingException">The recording cannot be read.</exception>
    public static ReadOnlyMemory<byte> Traces(string path, Timestamp end)
    {
        using RecordingFeed feed = Open(path, end);
        var traces = new List<double[]>[feed.Sensors.Count];
        var steps = new long[traces.Length];
        for (int i = 0; i < traces.Length; i++)
        {
            traces[i] = [];
            steps[i] = Math.Max(1, (long)(feed.Sensors[i].RateHz * Shown.TotalSeconds / MostSamples));
        }

        while (feed.TryAdvance(out int index, out SampleHeader header))
        {
            if (feed.Sensors[index].Layout is VectorLayout && header.Capture < end
                && header.Sequence % steps[index] == 0)
            {
                traces[index].Add(Row(feed, header, end));
            }
        }

        return Write(feed, traces);
    }

    private static RecordingFeed Open(string path, Timestamp end)
    {
        RecordingFeed feed = Composition.Recordings.OpenFeed(path, recover: true);
        feed.Restrict(end.AddNanoseconds(-Shown.Ticks * 100), end + LatestArrival);
        return feed;
    }

    private static double[] Row(RecordingFeed feed, in SampleHeader header, Timestamp end)
    {
        var payload = new byte[header.Length];
        feed.Fill(payload);
        ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(payload);
        var row = new double[1 + Math.Min(values.Length, VectorTrace.MostElements)];
        row[0] = Math.Round(end.NanosecondsSince(header.Capture) / 1e6, 1);
        for (int i = 1; i < row.Length; i++)
        {
            row[i] = float.IsFinite(values[i - 1]) ? Math.Round(values[i - 1], 4) : 0;
        }

        return row;
    }

    private static ReadOnlyMemory<byte> Write(RecordingFeed feed, List<double[]>[] traces)
    {
        var buffer = new ArrayBufferWriter<byte>(16_384);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        for (int i = 0; i < traces.Length; i++)
        {
            json.WriteStartArray(feed.Sensors[i].Name);
            foreach (double[] row in traces[i])
            {
                json.WriteStartArray();
                foreach (double value in row)
                {
                    json.WriteNumberValue(value);
                }

                json.WriteEndArray();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }
}
