using System.Diagnostics;
using System.Text.Json;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Worker.Commands;
using EdgeFusion.Worker.Composition;

namespace EdgeFusion.Soak;

/// <summary>
/// Kills a recording worker at a random instant and looks at what it leaves: every complete chunk readable, nothing
/// missing between the first sample and the last, and a recovery that does not claim too much.
/// </summary>
internal static class KillTrial
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>Runs and kills one worker.</summary>
    /// <param name="folder">An empty folder.</param>
    /// <param name="seed">Decides when it is killed.</param>
    /// <param name="faults">Takes what is wrong.</param>
    /// <returns>Messages recovered.</returns>
    public static long Run(string folder, int seed, List<string> faults)
    {
        string runs = Path.Combine(folder, "runs");
        string config = Path.Combine(folder, "config.json");
        File.WriteAllText(config, Configuration(runs));
        using Process worker = Process.Start(new ProcessStartInfo(
            "dotnet", ["exec", typeof(CommandLine).Assembly.Location, "run", "--config", config])
        {
            RedirectStandardError = true,
        })!;
        try
        {
            worker.ErrorDataReceived += static (_, _) => { };
            worker.BeginErrorReadLine();
            long begin = Stopwatch.GetTimestamp();
            while (Recorded(runs) < 20_000)
            {
                if (worker.HasExited || Stopwatch.GetElapsedTime(begin) > Patience)
                {
                    faults.Add($"seed {seed}: the worker recorded nothing");
                    return 0;
                }

                Thread.Sleep(5);
            }

            Thread.Sleep(new Random(seed).Next(1_500));
        }
        finally
        {
            // SIGKILL: no handler runs, nothing is flushed.
            worker.Kill();
            worker.WaitForExit();
        }

        return Check(runs, seed, faults);
    }

    private static long Check(string runs, int seed, List<string> faults)
    {
        long messages = 0;
        uint next = 0;
        long missing = 0;
        long told = 0;
        string[] files = Directory.GetFiles(runs);
        Array.Sort(files, StringComparer.Ordinal);
        foreach (string file in files)
        {
            bool isLast = file == files[^1];
            string target = file + ".recovered";
            McapRecoveryReport report = new McapRecovery(Recordings.ReadOptions(), new McapWriterOptions())
                .Recover(file, target);
            messages += report.Messages;
            if (!isLast && !(report.IsComplete && report.WasFinished))
            {
                faults.Add($"seed {seed}: {file} was finished before the kill and is not complete");
            }

            // A kill tears the end off; it never damages what was written before.
            if (report.Damages.Count > 1 || report.Damages.Any(d => d.Offset + d.Bytes != report.FileBytes))
            {
                faults.Add($"seed {seed}: {report.Damages.Count} damages, first {report.Damages[0]}");
            }

            using var reader = McapIndexedReader.Open(target, Recordings.ReadOptions());
            foreach (McapMessage message in reader.ReadMessages(new McapMessageFilter { Topics = ["/wrist"] }))
            {
                missing += (long)message.Sequence - next;
                next = message.Sequence + 1;
            }

            told += Told(reader);
        }

        // On a machine that gives a starting worker no processor the ring laps the recorder; that stands in the file.
        if (missing != told)
        {
            faults.Add($"seed {seed}: {missing} samples are missing, gaps of {told} are told");
        }

        return messages;
    }

    /// <summary>Samples that the recording says it lacks.</summary>
    private static long Told(McapIndexedReader reader)
    {
        long lost = 0;
        foreach (McapMessage message in reader.ReadMessages(new McapMessageFilter { Topics = ["/edgefusion/gaps"] }))
        {
            using JsonDocument gap = JsonDocument.Parse(message.Data.ToArray());
            lost += gap.RootElement.GetProperty("topic").GetString() == "/wrist"
                ? gap.RootElement.GetProperty("lost").GetInt64() : 0;
        }

        return lost;
    }

    private static long Recorded(string runs)
    {
        if (!Directory.Exists(runs))
        {
            return 0;
        }

        long bytes = 0;
        foreach (FileInfo file in new DirectoryInfo(runs).EnumerateFiles())
        {
            bytes += file.Length;
        }

        return bytes;
    }

    private static string Configuration(string runs) => JsonSerializer.Serialize(new
    {
        Node = "kill",
        Model = new { Name = "workcell", Providers = new[] { "cpu" } },
        Mqtt = new { Adapter = "none" },
        Recording = new { Folder = runs, SplitSeconds = 0.5, FlushMs = 50, MinFreePercent = 0 },
        Sensors = new[] { "camera", "microphone", "wrist", "arm" }
            .ToDictionary(name => name, _ => new { Adapter = "simulator" }),
    });
}
