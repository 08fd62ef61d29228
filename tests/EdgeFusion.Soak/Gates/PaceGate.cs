using EdgeFusion.Diagnostics;
using EdgeFusion.Pipeline;
using EdgeFusion.Recording;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Sensing;
using EdgeFusion.Time;
using EdgeFusion.Worker.Bench;
using EdgeFusion.Worker.Composition;

namespace EdgeFusion.Soak.Gates;

/// <summary>Real-time replay of the two vector sensors (1 kHz and 500 Hz): does each sample keep its instant, and at
/// what processor time?</summary>
internal static class PaceGate
{
    public static IEnumerable<Verdict> Run(SoakPlan plan)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("edgefusion-soak-");
        try
        {
            string path = Path.Combine(folder.FullName, "vectors.mcap");
            ReplayGate.Write(path, plan.Live);
            LatencyHistogram? error = null;
            double percent = double.MaxValue;
            for (int round = 0; round < SoakPlan.Rounds; round++)
            {
                using RecordingFeed feed = Recordings.OpenFeed(path);
                using var replay = new SteeredReplay(
                    new VirtualSetup { Manifest = BenchWorkload.Manifest, Origin = feed.Origin }, feed, null,
                    new ReplayControl { Speed = 1 });
                TimeSpan begin = Environment.CpuUsage.TotalTime;
                replay.Run();
                TimeSpan used = Environment.CpuUsage.TotalTime - begin;
                percent = Math.Min(percent, 100 * used / plan.Live);
                error = error is null || replay.PaceError.PercentileNanoseconds(0.99)
                    < error.PercentileNanoseconds(0.99) ? replay.PaceError : error;
            }

            yield return Verdict.AtMost(
                "replay: p99 off a sample's instant", error!.PercentileNanoseconds(0.99) / 1e6,
                Budgets.PaceP99Milliseconds, "ms");
            yield return Verdict.AtMost(
                "replay: processor time in real time", percent, Budgets.PaceCpuPercent, "% of a core");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
