using System.Buffers;
using System.Text;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Publishing;
using EdgeFusion.Time;
using EdgeFusion.Worker.Commands;
using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Live;
using EdgeFusion.Worker.Replay;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeFusion.Soak.Gates;

/// <summary>
/// Records a live run of the simulated work cell in which sensors fall silent and come back, and replays it on 1, 2 and
/// 8 threads: every prediction has to come back byte for byte.
/// </summary>
internal static class LiveReplayGate
{
    /// <summary>A sensor falls silent every so many seconds, for two.</summary>
    private const int FaultEverySeconds = 7;

    private static readonly string[] Sensors = ["camera", "microphone", "wrist", "arm"];

    public static IEnumerable<Verdict> Run(int minutes)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("edgefusion-live-");
        try
        {
            string recording = Path.Combine(folder.FullName, "live.mcap");
            List<string> live = RunLive(recording, TimeSpan.FromMinutes(minutes));
            foreach (string threads in new[] { "1", "2", "8" })
            {
                string target = Path.Combine(folder.FullName, threads + ".jsonl");
                int code = CommandLine.RunAsync(
                    ["replay", recording, "--model", "workcell", "--threads", threads, "--out", target])
                    .GetAwaiter().GetResult();
                string[] replayed = code == ExitCode.Success ? File.ReadAllLines(target) : [];
                int different = Math.Abs(live.Count - replayed.Length);
                for (int i = 0; i < Math.Min(live.Count, replayed.Length); i++)
                {
                    different += live[i] == replayed[i] ? 0 : 1;
                }

                yield return Verdict.AtMost(
                    $"{live.Count} live windows, replayed by {threads}: different", different, 0, "");
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static List<string> RunLive(string recording, TimeSpan length)
    {
        var faults = new List<string>();
        for (int at = FaultEverySeconds; at < length.TotalSeconds; at += FaultEverySeconds)
        {
            faults.Add($"{Sensors[at / FaultEverySeconds % Sensors.Length]}:mute:{at}:2");
        }

        var options = new WorkerOptions
        {
            Node = "soak",
            Model = new ModelOptions { Name = "workcell", Providers = ["cpu"] },
            Mqtt = new MqttOptions { Adapter = "none" },
            Recording = new RecordingOptions { File = recording },
            Simulator = new SimulatorOptions { Seed = 3, Faults = [.. faults] },
            Sensors = Sensors.ToDictionary(name => name, _ => new SensorOptions { Adapter = "simulator" }),
        };
        using var session = new LiveSession(options, new LogObserver(NullLogger.Instance));
        var collected = new Collector(session.Pipeline.Manifest);
        session.Pipeline.AddSink(collected);
        session.Start();
        Thread.Sleep(length);
        session.Dispose();
        return collected.Lines;
    }

    /// <summary>Keeps predictions in the form of a replay's output.</summary>
    private sealed class Collector(ModelManifest manifest) : IPredictionSink
    {
        private readonly PredictionFormat _format = JsonLinesSink.Format(manifest);

        public string Name => "soak";

        public List<string> Lines { get; } = [];

        public void Write(Prediction prediction)
        {
            var buffer = new ArrayBufferWriter<byte>();
            _format.WritePrediction(prediction, Timestamp.MinValue, buffer);
            Lines.Add(Encoding.UTF8.GetString(buffer.WrittenSpan));
        }
    }
}
