using System.Text.Json;
using EdgeFusion.Diagnostics;

namespace EdgeFusion.Worker.Replay;

/// <summary>The summary of a replay for programs.</summary>
internal static class SummaryFile
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    public static void Write(string path, ReplaySummary.Facts facts)
    {
        using FileStream stream = File.Create(path);
        using var json = new Utf8JsonWriter(stream, Indented);
        json.WriteStartObject();
        json.WriteString("model", facts.Manifest.Name);
        json.WriteString("model_sha256", facts.Manifest.Sha256);
        json.WriteNumber("windows", facts.Pipeline.Windows);
        json.WriteNumber("deadline_windows", facts.Pipeline.DeadlineWindows);
        json.WriteNumber("recorded_s", facts.Feed.DurationSeconds);
        json.WriteNumber("seconds", facts.Seconds);
        LatencyHistogram infer = facts.Pipeline.Stages.Infer;
        json.WriteNumber("infer_p50_ms", infer.PercentileNanoseconds(0.5) / 1e6);
        json.WriteNumber("infer_p99_ms", infer.PercentileNanoseconds(0.99) / 1e6);
        if (facts.Pace is { Count: > 0 } pace)
        {
            json.WriteNumber("pace_p50_ms", pace.PercentileNanoseconds(0.5) / 1e6);
            json.WriteNumber("pace_p99_ms", pace.PercentileNanoseconds(0.99) / 1e6);
        }

        json.WriteStartArray("heads");
        for (int i = 0; i < facts.Manifest.Heads.Length; i++)
        {
            json.WriteStartObject();
            json.WriteString("name", facts.Manifest.Heads[i].Name);
            json.WriteNumber("labelled", facts.Accuracy.Labelled[i]);
            json.WriteNumber("right", facts.Accuracy.Right[i]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
