using System.Diagnostics;
using System.Globalization;
using EdgeFusion;
using EdgeFusion.Soak;
using EdgeFusion.Soak.Delivery;
using EdgeFusion.Soak.Devices;
using EdgeFusion.Soak.Gates;
using EdgeFusion.Soak.Page;
using EdgeFusion.Worker.Bench;

const int LongestMinutes = 24 * 60;
if (args is [] or ["--short"])
{
    return Soak.Run(new SoakPlan(1));
}

if (args is ["--minutes", var text]
    && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int minutes)
    && minutes is >= 1 and <= LongestMinutes)
{
    return Soak.Run(new SoakPlan(minutes));
}

if (args is ["--kills", var count]
    && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int kills)
    && kills is >= 1 and <= Soak.MostKills)
{
    return Soak.Kill(kills);
}

if (args is ["recordings"])
{
    return Soak.Record(new SoakPlan(1));
}

if (args is ["pace"] or ["pace", "--load", _])
{
    int busy = args.Length == 1 ? 0 : int.Parse(args[2], CultureInfo.InvariantCulture);
    return Soak.Report($"{busy} busy programs beside it", PaceGate.Run(new SoakPlan(1), busy));
}

if (args is ["live-replay"] or ["live-replay", "--minutes", _])
{
    return Soak.LiveReplay(args.Length == 1 ? 1 : Math.Max(1, int.Parse(args[2], CultureInfo.InvariantCulture)));
}

if (args is [DeliveryProducer.Verb, _, _, _, _])
{
    return DeliveryProducer.Run(args[1..]);
}

if (args is ["delivery", ..] && DeliveryPlan.Parse(args[1..]) is { } delivery)
{
    IEnumerable<Verdict> speed = delivery.Speed ? OutboxRate.Run().Concat(PublishPath.Run()) : [];
    return Soak.Report(delivery, speed.Concat(DeliveryGate.Run(delivery)));
}

if (args is [DeviceRig.Verb, var folder])
{
    return DeviceRig.Run(folder);
}

if (args is [DeviceRig.CameraVerb, var port])
{
    return DeviceRig.RunCamera(port);
}

if (args is ["live-devices", ..] && DevicePlan.Parse(args[1..]) is { } devices)
{
    return Soak.Report(devices, LiveDevicesGate.Run(devices));
}

if (args is ["replug", ..] && ReplugPlan.Parse(args[1..]) is { } replugs)
{
    return Soak.Report(replugs, ReplugGate.Run(replugs));
}

if (args is ["freeze", "--cameras", var cameras, "--times", var times])
{
    return Soak.Report(
        $"{cameras} network cameras, each stopped {times} times",
        FreezeGate.Run(
            int.Parse(cameras, CultureInfo.InvariantCulture), int.Parse(times, CultureInfo.InvariantCulture)));
}

if (args is [PageViewer.Verb, var url])
{
    return await PageViewer.RunAsync(url);
}

if (args is ["page", ..] && PagePlan.Parse(args[1..]) is { } page)
{
    return Soak.Report(page, await PageGate.RunAsync(page));
}

Console.Error.WriteLine(
    $"usage: EdgeFusion.Soak [--short | --minutes 1..{LongestMinutes} | --kills 1..{Soak.MostKills}]\n"
    + "       EdgeFusion.Soak delivery [--long] [--kills N] [--broker-kills N] [--outages N] [--longest-outage S] "
    + "[--absent S] [--full-disk S] [--rate N] [--seed N]\n"
    + "       EdgeFusion.Soak live-devices [--minutes N] [--seed N] [--only FAULT]\n"
    + "       EdgeFusion.Soak replug [--times N] [--only ADAPTER] [--seed N]\n"
    + "       EdgeFusion.Soak freeze --cameras N --times N\n"
    + "       EdgeFusion.Soak live-replay [--minutes N]\n"
    + "       EdgeFusion.Soak recordings\n"
    + "       EdgeFusion.Soak pace [--load N]\n"
    + "       EdgeFusion.Soak page [--rounds N]");
return Soak.UsageError;

/// <summary>Runs all gates and prints a line per budget.</summary>
internal static class Soak
{
    /// <summary>Exit code of wrong arguments; far above any number of failures.</summary>
    public const int UsageError = 64;

    private static readonly Func<SoakPlan, IEnumerable<Verdict>>[] Gates =
    [
        WindowingGate.Run, SilentSensorGate.Run, ReplayGate.Run, WritingGate.Run, OverheadGate.Run, LiveGate.Run,
    ];

    /// <summary>Most kills of one command.</summary>
    public const int MostKills = 100_000;

    /// <summary>Kills recording workers and looks at what they leave.</summary>
    /// <returns>1 where anything was wrong.</returns>
    public static int Kill(int kills)
    {
        var faults = new List<string>();
        long messages = 0;
        for (int seed = 0; seed < kills; seed++)
        {
            DirectoryInfo folder = Directory.CreateTempSubdirectory("edgefusion-kill-");
            messages += KillTrial.Run(folder.FullName, seed, faults);
            folder.Delete(recursive: true);
        }

        faults.ForEach(Console.Error.WriteLine);
        Console.WriteLine(Verdict.AtMost($"{kills} kills, {messages} messages recovered: faults", faults.Count, 0, ""));
        return faults.Count == 0 ? 0 : 1;
    }

    /// <returns>The number of budgets that were not kept.</returns>
    public static int Run(SoakPlan plan) => Run(plan, Gates);

    private static int Run(SoakPlan plan, IReadOnlyList<Func<SoakPlan, IEnumerable<Verdict>>> gates)
    {
        Console.WriteLine(BenchMachine.Describe());
        Console.WriteLine($"Best of {SoakPlan.Rounds} rounds where a wall clock is read.");
        long begin = Stopwatch.GetTimestamp();
        int failures = 0;
        foreach (Func<SoakPlan, IEnumerable<Verdict>> gate in gates)
        {
            foreach (Verdict verdict in Measured(gate, plan))
            {
                failures += verdict.IsOk == false ? 1 : 0;
                Console.WriteLine(verdict);
            }
        }

        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{failures} budgets not kept, {seconds:F0} s"));
        return failures;
    }

    /// <summary>Records a live run and replays it.</summary>
    /// <returns>The number of replays that differ.</returns>
    public static int LiveReplay(int minutes) => Run(new SoakPlan(1), [_ => LiveReplayGate.Run(minutes)]);

    /// <summary>Measures writing, reading and replaying of recordings.</summary>
    /// <returns>The number of budgets that were not kept.</returns>
    public static int Record(SoakPlan plan) => Run(
        plan, [ReadingGate.Run, RecordingGate.Run, WritingGate.Run, ReplayGate.Run, PaceGate.Run]);

    /// <summary>Prints verdicts as they come.</summary>
    /// <returns>The number of promises that were not kept.</returns>
    public static int Report(object plan, IEnumerable<Verdict> verdicts)
    {
        Console.WriteLine(BenchMachine.Describe());
        Console.WriteLine(plan);
        int failures = 0;
        foreach (Verdict verdict in verdicts)
        {
            failures += verdict.IsOk == false ? 1 : 0;
            Console.WriteLine(verdict);
        }

        return failures;
    }

    /// <summary>A gate that fails with a message of ours counts as one that skipped nothing: it is a failure.</summary>
    private static IEnumerable<Verdict> Measured(Func<SoakPlan, IEnumerable<Verdict>> gate, SoakPlan plan)
    {
        try
        {
            return [.. gate(plan)];
        }
        catch (EdgeFusionException failure)
        {
            Console.Error.WriteLine(failure.Message);
            return [Verdict.AtMost(gate.Method.DeclaringType!.Name + " failed", 1, 0, "times")];
        }
    }
}
