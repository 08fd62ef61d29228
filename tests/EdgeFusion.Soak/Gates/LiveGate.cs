using EdgeFusion.Worker.Bench;

namespace EdgeFusion.Soak.Gates;

/// <summary>The bench workload on the real clock: processor time, readiness, nothing skipped.</summary>
internal static class LiveGate
{
    public static IEnumerable<Verdict> Run(SoakPlan plan)
    {
        double cpu = double.MaxValue;
        double floor = double.MaxValue;
        double ready = double.MaxValue;
        double skipped = double.MaxValue;
        for (int round = 0; round < SoakPlan.Rounds; round++)
        {
            LiveResult result = LiveBench.Run(plan.Live, shared: true, CancellationToken.None);
            cpu = Math.Min(cpu, result.CpuPercent);
            floor = Math.Min(floor, result.FloorCpuPercent);
            ready = Math.Min(ready, result.Stages.Ready.PercentileNanoseconds(0.99) / 1e6);
            skipped = Math.Min(skipped, result.Skipped);
        }

        yield return Verdict.AtMost(
            FormattableString.Invariant($"live: CPU at 1,630 messages/s (floor {floor:F1} %)"), cpu,
            Budgets.LiveCpuPercent, "% of a core");
        yield return Verdict.AtMost(
            "live: last needed sample to cut, p99", ready, Budgets.ReadyP99Milliseconds, "ms");
        yield return Verdict.AtMost("live: skipped windows", skipped, 0, "windows");
    }
}
