using System.Diagnostics;
using System.Globalization;
using EdgeFusion.Linux.Tests.Replug;

namespace EdgeFusion.Soak.Devices;

/// <summary>
/// Every adapter's device is unplugged and plugged again, all adapters at the same time: data soon after each, and
/// neither descriptors nor threads nor memory grow with the number of times.
/// </summary>
internal static class ReplugGate
{
    private const double MebiByte = 1 << 20;

    /// <summary>Runs the trials and prints a line for each adapter.</summary>
    public static IEnumerable<Verdict> Run(ReplugPlan plan)
    {
        var trials = new List<(string Name, ReplugTrial Trial)>();
        foreach ((string name, Func<IReplugBench> create) in ReplugBenches.All)
        {
            if (name.Contains(plan.Only, StringComparison.OrdinalIgnoreCase))
            {
                trials.Add((name, new ReplugTrial(create(), plan.Seed)));
            }
        }

        RunAll(trials, trial => trial.Begin() && trial.Run(Math.Max(1, plan.Times / 10)));
        Usage before = Usage.Now();
        trials.ForEach(trial => trial.Trial.Seconds.Clear());
        RunAll(trials, trial => trial.Run(plan.Times));
        Usage after = Usage.Now();
        var verdicts = new List<Verdict>();
        foreach ((string name, ReplugTrial trial) in trials)
        {
            trial.Dispose();
            verdicts.AddRange(Verdicts(plan, name, trial));
        }

        Console.WriteLine($"before {before}\nafter  {after}");
        verdicts.Add(Verdict.AtMost(
            "descriptors more", after.Descriptors - before.Descriptors, Budgets.ReplugDescriptors, ""));
        verdicts.Add(Verdict.AtMost("threads more", after.Threads - before.Threads, Budgets.ReplugThreads, ""));
        verdicts.Add(Verdict.AtMost(
            "managed memory more", (after.ManagedBytes - before.ManagedBytes) / MebiByte, Budgets.ReplugManagedMiB,
            "MiB"));
        verdicts.Add(Verdict.AtMost(
            "resident memory more", (after.ResidentBytes - before.ResidentBytes) / MebiByte,
            Budgets.ReplugResidentMiB, "MiB"));
        return verdicts;
    }

    private static IEnumerable<Verdict> Verdicts(ReplugPlan plan, string name, ReplugTrial trial)
    {
        List<double> seconds = trial.Seconds;
        seconds.Sort();
        double longest = seconds.Count > 0 ? seconds[^1] : double.PositiveInfinity;
        double median = seconds.Count > 0 ? seconds[seconds.Count / 2] : double.PositiveInfinity;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-16} {seconds.Count} times, median {median:F3} s, longest {longest:F3} s; {trial.Host.Account}"));
        yield return Verdict.AtLeast($"{name}: data again", seconds.Count, plan.Times, "times");
        yield return Verdict.AtMost($"{name}: data again after", longest, Budgets.DeviceBackSeconds, "s");
        yield return Verdict.AtMost(
            $"{name}: samples unaccounted for", Math.Abs(trial.Host.Account.Unaccounted), 0, "");
    }

    private static void RunAll(List<(string Name, ReplugTrial Trial)> trials, Func<ReplugTrial, bool> run)
    {
        var threads = new List<Thread>();
        foreach ((string name, ReplugTrial trial) in trials)
        {
            var thread = new Thread(() =>
            {
                if (!run(trial))
                {
                    Console.WriteLine($"{name}: no data any more");
                }
            });
            thread.Start();
            threads.Add(thread);
        }

        threads.ForEach(thread => thread.Join());
    }

    /// <summary>What the process holds.</summary>
    private sealed record Usage(int Descriptors, int Threads, long ManagedBytes, long ResidentBytes)
    {
        public static Usage Now()
        {
            long managed = GC.GetTotalMemory(forceFullCollection: true);
            using var self = Process.GetCurrentProcess();
            return new Usage(
                Directory.GetFiles("/proc/self/fd").Length, self.Threads.Count, managed, self.WorkingSet64);
        }
    }
}
