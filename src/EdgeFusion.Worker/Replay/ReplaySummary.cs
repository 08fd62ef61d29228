using System.Globalization;
using EdgeFusion.Diagnostics;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Pipeline;
using EdgeFusion.Predictions;
using EdgeFusion.Recording;
using EdgeFusion.Sensing;

namespace EdgeFusion.Worker.Replay;

/// <summary>What a replay prints at its end.</summary>
internal static class ReplaySummary
{
    public sealed record Facts(
        ModelManifest Manifest, EngineInfo? Engine, RecordingFeed Feed, VirtualPipeline Pipeline,
        AccuracySink Accuracy, ExpectSink? Expect, bool RepeatedCuts, double Seconds,
        LatencyHistogram? Pace = null)
    {
        /// <summary>Seconds of the recording that were replayed; null where somebody steered, since parts were
        /// then skipped or came twice.</summary>
        public double? Played { get; init; } = Feed.DurationSeconds;
    }

    public static void Print(Facts facts)
    {
        PrintRun(facts);
        if (facts.Pace is { Count: > 0 } pace)
        {
            double p50 = pace.PercentileNanoseconds(0.5) / 1e6;
            Line($"pace         off by p50 {p50:F2} ms, p99 {pace.PercentileNanoseconds(0.99) / 1e6:F2} ms");
        }

        PrintSensors(facts);
        PrintHeads(facts);
        if (facts.Expect is { } expect)
        {
            Line($"expected     {expect.Equal} equal, {expect.Different} different");
            if (expect.First is { } first)
            {
                Console.WriteLine("first difference: " + first);
            }
        }
    }

    private static void PrintRun(Facts facts)
    {
        VirtualPipeline pipeline = facts.Pipeline;
        Line($"model        {facts.Manifest.Name} {facts.Manifest.Version} {Engine(facts.Engine)}");
        if (facts.Played is { } recorded)
        {
            Line($"recording    {recorded:F1} s in {facts.Seconds:F1} s = {recorded / facts.Seconds:F0} x real time");
        }
        else
        {
            Line($"recording    {facts.Feed.DurationSeconds:F1} s, steered for {facts.Seconds:F1} s");
        }

        string decisions = facts.RepeatedCuts ? "repeated as recorded" : "taken afresh";
        Line($"windows      {pipeline.Windows}; {pipeline.DeadlineWindows} left by deadline; decisions {decisions}");
        if (pipeline.IdleWindows > 0)
        {
            Line($"             {pipeline.IdleWindows} more passed over: no sensor spoke for over a minute");
        }

        if (pipeline.IncompleteCuts > 0)
        {
            Line($"             {pipeline.IncompleteCuts} decisions name samples that the recording lacks");
        }

        for (int i = 0; i < facts.Accuracy.Quality.Length; i++)
        {
            if (facts.Accuracy.Quality[i] > 0)
            {
                Line($"             {facts.Accuracy.Quality[i]} {Name((PredictionQuality)i)}");
            }
        }

        if (facts.Engine is not null)
        {
            double p50 = pipeline.Stages.Infer.PercentileNanoseconds(0.5) / 1e6;
            double p99 = pipeline.Stages.Infer.PercentileNanoseconds(0.99) / 1e6;
            Line($"inference    p50 {p50:F2} ms, p99 {p99:F2} ms");
            if (pipeline.Stages.Explain.Count > 0)
            {
                double explain = pipeline.Stages.Explain.PercentileNanoseconds(0.5) / 1e6;
                Line($"explanation  p50 {explain:F2} ms, {pipeline.Stages.Explain.Count} windows");
            }
        }
    }

    private static void PrintSensors(Facts facts)
    {
        for (int i = 0; i < facts.Feed.Sensors.Count; i++)
        {
            SensorInfo sensor = facts.Feed.Sensors[i];
            SampleGate gate = facts.Pipeline.Gate(i);
            string kept = gate.RejectedCount == 0 ? "" : Rejections(gate);
            string failed = facts.Feed.DecodeFailures[i] == 0 ? "" : $", {facts.Feed.DecodeFailures[i]} undecodable";
            long taken = gate.Count(SampleRejection.None);
            Line($"sensor       {sensor.Name} ({sensor.Modality}): {taken} samples{kept}{failed}");
        }

        if (facts.Feed.Losses is { Count: > 0 } losses)
        {
            Console.WriteLine("lost         " + string.Join("; ", losses));
        }

        if (facts.Feed.FirstFailure is { } failure)
        {
            Console.WriteLine("             first: " + failure);
        }
    }

    private static void PrintHeads(Facts facts)
    {
        for (int i = 0; i < facts.Manifest.Heads.Length && facts.Engine is not null; i++)
        {
            long labelled = facts.Accuracy.Labelled[i];
            if (labelled > 0)
            {
                double accuracy = facts.Accuracy.Right[i] / (double)labelled;
                Line($"accuracy     {facts.Manifest.Heads[i].Name,-10} {accuracy:F3} of {labelled} labelled windows");
            }
        }
    }

    private static string Rejections(SampleGate gate)
    {
        var parts = new List<string>();
        foreach (SampleRejection reason in Enum.GetValues<SampleRejection>())
        {
            if (reason != SampleRejection.None && gate.Count(reason) > 0)
            {
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{gate.Count(reason)} {reason}"));
            }
        }

        return ", kept out: " + string.Join(", ", parts);
    }

    private static string Engine(EngineInfo? engine) =>
        engine is null ? "without inference" : $"on {engine.Provider} {engine.Device} {engine.Precision}";

    private static string Name(PredictionQuality quality) => quality switch
    {
        PredictionQuality.Full => "with all modalities",
        PredictionQuality.Degraded => "with a modality masked",
        PredictionQuality.NoInput => "without any modality: no prediction",
        PredictionQuality.NotFinite => "with an answer that is not finite",
        _ => "on which the engine failed",
    };

    private static void Line(FormattableString text) => Console.WriteLine(FormattableString.Invariant(text));
}
