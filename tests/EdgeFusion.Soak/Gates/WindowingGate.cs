using EdgeFusion.Worker.Bench;

namespace EdgeFusion.Soak.Gates;

/// <summary>Cutting and binding on virtual time, as fast as it goes: speed, processor time, allocation.</summary>
internal static class WindowingGate
{
    public static IEnumerable<Verdict> Run(SoakPlan plan)
    {
        double fastest = 0;
        double cpu = double.MaxValue;
        double floor = double.MaxValue;
        double allocated = 0;
        for (int round = 0; round < SoakPlan.Rounds; round++)
        {
            WindowingResult result = WindowingBench.Run(plan.Windows);
            fastest = Math.Max(fastest, result.WindowsPerSecond);
            cpu = Math.Min(cpu, result.CpuMicrosecondsPerWindow);
            floor = Math.Min(floor, result.FloorCpuMicrosecondsPerWindow);

            // Not the best but the worst: noise of the machine allocates nothing.
            allocated = Math.Max(allocated, result.AllocatedBytesPerWindow);
        }

        yield return Verdict.AtLeast("windowing: speed", fastest, Budgets.WindowsPerSecond, "windows/s");
        yield return Verdict.AtMost(
            FormattableString.Invariant($"windowing: CPU per window (floor {floor:F1} us)"), cpu,
            Budgets.WindowCpuMicroseconds, "us");
        yield return Verdict.AtMost("windowing: allocated per window", allocated, Budgets.WindowBytes, "B");
    }
}
