using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using EdgeFusion.Diagnostics;
using EdgeFusion.Pipeline;
using EdgeFusion.Recording;
using EdgeFusion.Sensing;
using EdgeFusion.Time;
using EdgeFusion.Worker.Bench;
using EdgeFusion.Worker.Commands;
using EdgeFusion.Worker.Composition;

namespace EdgeFusion.Soak.Gates;

/// <summary>Real-time replay of the two vector sensors (1 kHz and 500 Hz), and of the simulated cell with its model
/// beside it: does each sample keep its instant, and at what processor time?</summary>
internal static class PaceGate
{
    public static IEnumerable<Verdict> Run(SoakPlan plan) => Run(plan, 0);

    /// <param name="plan">How long a round takes.</param>
    /// <param name="busy">Programs beside it that never sleep.</param>
    public static IEnumerable<Verdict> Run(SoakPlan plan, int busy)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("edgefusion-soak-");
        var others = new List<Process>();
        try
        {
            string path = Path.Combine(folder.FullName, "vectors.mcap");
            ReplayGate.Write(path, plan.Live);
            for (int i = 0; i < busy; i++)
            {
                others.Add(Process.Start("/bin/sh", ["-c", "while :; do :; done"]));
            }

            Round[] rounds = [.. Enumerable.Range(0, SoakPlan.Rounds).Select(_ => Replay(path, plan.Live))];
            Round best = rounds.MinBy(round => round.Milliseconds(0.99))!;
            Console.WriteLine($"           bare loop   {Bare().Describe()}");
            foreach (Round round in rounds)
            {
                Console.WriteLine($"           round       {round.Describe()}");
            }

            yield return Verdict.AtMost(
                "replay: p99 off a sample's instant", best.Milliseconds(0.99), Budgets.PaceP99Milliseconds, "ms");
            yield return Verdict.AtMost(
                "replay: processor time in real time", rounds.Min(round => round.Percent), Budgets.PaceCpuPercent,
                "% of a core");

            double[] whole = WithInference(folder.FullName);
            Console.WriteLine($"           with workcell p99 {string.Join(", ", whole.Select(p99 => $"{p99:F3}"))} ms");
            yield return Verdict.AtMost(
                "replay: the same with four sensors and inference", whole.Min(), Budgets.PaceP99Milliseconds, "ms");
        }
        finally
        {
            others.ForEach(other => other.Kill());
            others.ForEach(other => other.Dispose());
            folder.Delete(recursive: true);
        }
    }

    private static Round Replay(string path, TimeSpan length)
    {
        using RecordingFeed feed = Recordings.OpenFeed(path);
        using var replay = new SteeredReplay(
            new VirtualSetup { Manifest = BenchWorkload.Manifest, Origin = feed.Origin }, feed, null,
            new ReplayControl { Speed = 1 }, pacer: Adapters.Pacer());
        TimeSpan begin = Environment.CpuUsage.TotalTime;
        replay.Run();
        return new Round(replay.PaceError, 100 * (Environment.CpuUsage.TotalTime - begin) / length);
    }

    /// <summary>The command as a user gives it: a recording in zstd, all four sensors, windows, model.</summary>
    private static double[] WithInference(string folder)
    {
        string cell = Path.Combine(folder, "cell.mcap");
        string summary = Path.Combine(folder, "summary.json");
        Command("simulate", "--to", cell, "--episodes", "1");
        double[] rounds = new double[SoakPlan.Rounds];
        for (int i = 0; i < rounds.Length; i++)
        {
            Command("replay", cell, "--model", "workcell", "--realtime", "--summary", summary);
            using var json = JsonDocument.Parse(File.ReadAllText(summary));
            rounds[i] = json.RootElement.GetProperty("pace_p99_ms").GetDouble();
        }

        return rounds;
    }

    private static void Command(params string[] arguments)
    {
        int code = CommandLine.RunAsync(arguments).GetAwaiter().GetResult();
        if (code != ExitCode.Success)
        {
            throw new InvalidOperationException($"'edgefusion {string.Join(' ', arguments)}' failed with {code}.");
        }
    }

    /// <summary>What the machine gives a loop of 1 kHz that does nothing else.</summary>
    private static Round Bare()
    {
        const int Waits = 3_000;
        IPacer pacer = Adapters.Pacer();
        var error = new LatencyHistogram();
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        using (pacer.Enter())
        {
            long begin = Stopwatch.GetTimestamp();
            for (int i = 1; i <= Waits; i++)
            {
                long due = begin + (i * Stopwatch.Frequency / 1_000);
                pacer.WaitUntil(due);
                error.Record(Stopwatch.GetElapsedTime(due, Stopwatch.GetTimestamp()).Ticks * 100);
            }
        }

        return new Round(error, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds * 100_000 / Waits);
    }

    private sealed record Round(LatencyHistogram Error, double Percent)
    {
        public double Milliseconds(double fraction) => Error.PercentileNanoseconds(fraction) / 1e6;

        public string Describe() => string.Create(
            CultureInfo.InvariantCulture,
            $"p50 {Milliseconds(0.5):F3}  p99 {Milliseconds(0.99):F3}  most {Milliseconds(1):F3} ms, {Percent:F1} %");
    }
}
