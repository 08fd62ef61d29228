using System.Diagnostics;
using System.Globalization;
using EdgeFusion.Linux.Mqtt;
using EdgeFusion.Publishing;
using EdgeFusion.Worker.Subscribing;

namespace EdgeFusion.Soak.Delivery;

/// <summary>
/// Kills the worker and the broker at random points and checks at a subscriber that nothing was lost (the total-queue
/// check: lost, duplicated, unexpected, recovered).
/// </summary>
internal sealed class DeliveryGate : IDisposable
{
    private const int MostInFlight = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(300);

    private readonly DeliveryPlan _plan;
    private readonly Random _random;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("edgefusion-delivery-");
    private readonly SoakBroker _broker;
    private readonly MosquittoPublisher _transport;
    private readonly SubscriberSession _session;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Thread _subscriber;
    private readonly List<long> _epochs = [];
    private long _latest;
    private Process? _worker;

    private DeliveryGate(DeliveryPlan plan)
    {
        _plan = plan;
        _random = new Random(plan.Seed);
        _broker = new SoakBroker(_folder.FullName);
        _transport = new MosquittoPublisher(new BrokerOptions
        {
            Host = "127.0.0.1",
            Port = _broker.Port,
            ClientId = "edgefusion-check",
        });
        _session = new SubscriberSession(
            _transport,
            new SubscriberOptions
            {
                Node = DeliveryModel.Node,
                Id = "check",
                FromStart = true,
                Patience = TimeSpan.FromSeconds(0.5),
                AskAgain = TimeSpan.FromSeconds(1),
            },
            _ => Interlocked.Exchange(ref _latest, Stopwatch.GetTimestamp()));
        _subscriber = new Thread(() => _session.Run(_stopping.Token)) { IsBackground = true };
        _subscriber.Start();
    }

    public static IEnumerable<Verdict> Run(DeliveryPlan plan)
    {
        using var gate = new DeliveryGate(plan);
        return gate.Measure();
    }

    public void Dispose()
    {
        KillWorker();
        _stopping.Cancel();
        _subscriber.Join();
        _transport.Dispose();
        _broker.Dispose();
        _folder.Delete(recursive: true);
    }

    private List<Verdict> Measure()
    {
        var verdicts = new List<Verdict>();
        if (_plan.Absent > 0)
        {
            verdicts.Add(Verdict.AtMost($"publishing after {_plan.Absent:F0} s without a broker", Absence(), 2, "s"));
        }

        KillWorkers();
        verdicts.AddRange(Check("worker killed", _plan.Kills, MostInFlight * (_plan.Kills + 1)));
        StartWorker(_plan.PerSecond / 4 + 1);
        for (int i = 0; i < _plan.BrokerKills; i++)
        {
            Pause(0.3, 1.5);
            _broker.Kill();
            if (i % 2 == 1)
            {
                // Both at once: what the broker had taken and not passed on, nobody but the log knows of.
                KillWorker();
                _broker.Start();
                StartWorker(_plan.PerSecond / 4 + 1);
                continue;
            }

            _broker.Start();
        }

        double[] took = Outages();
        KillWorker();
        verdicts.AddRange(Check("broker killed", _plan.BrokerKills + _plan.Outages, double.MaxValue));
        if (took.Length > 0)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{took.Length} outages: publishing again after {took[took.Length / 2]:F2} s (median), "
                + $"{took[^1]:F2} s (longest)"));
            verdicts.Add(Verdict.AtMost(
                "publishing again after an outage, p99", took[(int)Math.Ceiling(took.Length * 0.99) - 1], 2, "s"));
        }

        if (_plan.FullDisk > 0)
        {
            verdicts.Add(FullDisk());
        }

        return verdicts;
    }

    /// <returns>Time in s from the first appearance of the port to the first message at the subscriber.</returns>
    private double Absence()
    {
        _broker.Kill();
        StartWorker(_plan.PerSecond / 4 + 1);
        Pause(_plan.Absent, _plan.Absent);
        double took = Return();
        KillWorker();
        return took;
    }

    /// <summary>The disk is full while there is no broker: what is delivered and what is declared lost is what was
    /// produced.</summary>
    private Verdict FullDisk()
    {
        const string Name = "delivered + declared - produced, full disk";
        string folder = Path.Combine(_folder.FullName, "log");
        if (!Mount("mount", "-t", "tmpfs", "-o", "size=4m", "none", folder))
        {
            return Verdict.Skipped(Name, "only root may mount a small file system");
        }

        try
        {
            long declaredBefore = _session.Tracker.Report.Declared;
            StartWorker(_plan.PerSecond);
            long epoch = _epochs[^1];
            Pause(1, 1);
            _broker.Kill();
            Pause(_plan.FullDisk, _plan.FullDisk);
            _broker.Start();
            using (Process stop = Process.Start(
                "kill", ["-TERM", _worker!.Id.ToString(CultureInfo.InvariantCulture)]))
            {
                stop.WaitForExit();
            }

            _worker.WaitForExit();
            long Difference() => Accepted(epoch) - _session.Tracker.Lost(DeliveryModel.Topic, epoch, Accepted(epoch))
                + _session.Tracker.Report.Declared - declaredBefore - Accepted(epoch);
            StartWorker(0);
            Wait(() => Difference() == 0);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"full disk: produced {Accepted(epoch)}, not received "
                + $"{_session.Tracker.Lost(DeliveryModel.Topic, epoch, Accepted(epoch))}, declared lost "
                + $"{_session.Tracker.Report.Declared - declaredBefore}"));
            return Verdict.AtMost(Name, Math.Abs(Difference()), 0, "predictions");
        }
        finally
        {
            KillWorker();
            Mount("umount", "-l", folder);
        }
    }

    private static bool Mount(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    /// <returns>Time in s from the port's return to the next new message at the subscriber.</returns>
    private double Return()
    {
        _broker.Start();
        long back = Stopwatch.GetTimestamp();
        Wait(() => Interlocked.Read(ref _latest) > back);
        return Stopwatch.GetElapsedTime(back, Interlocked.Read(ref _latest)).TotalSeconds;
    }

    private void KillWorkers()
    {
        for (int i = 0; i < _plan.Kills; i++)
        {
            StartWorker(_plan.PerSecond);
            Pause(0.25, 1);
            KillWorker();
        }
    }

    /// <returns>Times in s from the port's return to the next new message at the subscriber, shortest first.</returns>
    private double[] Outages()
    {
        const double Shortest = 0.1;
        double[] took = new double[_plan.Outages];
        for (int i = 0; i < took.Length; i++)
        {
            Pause(0.5, 1);
            _broker.Kill();
            double length = Shortest * Math.Pow(_plan.LongestOutage / Shortest, _random.NextDouble());
            Pause(length, length);
            took[i] = Return();
        }

        Array.Sort(took);
        return took;
    }

    private IEnumerable<Verdict> Check(string name, int faults, double mostRedelivered)
    {
        // One more worker sends what the killed ones left, and answers the subscriber's requests.
        StartWorker(0);
        _epochs.Remove(_epochs[^1]);
        long accepted = _epochs.Sum(Accepted);
        Wait(() => _epochs.TrueForAll(
            epoch => Accepted(epoch) == 0
                || _session.Tracker.Has(DeliveryModel.Topic, epoch, 0, Accepted(epoch) - 1)));
        KillWorker();
        DeliveryReport report = _session.Tracker.Report;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{name} {faults} times: accepted {accepted}, {report}"));
        long lost = _epochs.Sum(epoch => _session.Tracker.Lost(DeliveryModel.Topic, epoch, Accepted(epoch)));
        yield return Verdict.AtMost($"lost, {name}", lost, 0, "predictions");
        yield return Verdict.AtMost($"unexpected, {name}", report.Unexpected, 0, "predictions");
        if (mostRedelivered < double.MaxValue)
        {
            yield return Verdict.AtMost($"redelivered, {name}", report.Redelivered, mostRedelivered, "predictions");
            yield return Verdict.AtMost($"overtaken by a replay, {name}", report.Overtaken, 0, "predictions");
        }
    }

    private long Accepted(long epoch)
    {
        string file = Path.Combine(_folder.FullName, DeliveryProducer.Accepted(epoch));
        return File.Exists(file) && File.ReadAllBytes(file) is { Length: sizeof(long) } bytes
            ? BitConverter.ToInt64(bytes)
            : 0;
    }

    private void StartWorker(int perSecond)
    {
        long epoch = _random.NextInt64(1, long.MaxValue);
        _epochs.Add(epoch);
        string program = typeof(DeliveryGate).Assembly.Location;
        _worker = Process.Start(new ProcessStartInfo(
            "dotnet",
            [
                program, DeliveryProducer.Verb, _broker.Port.ToString(CultureInfo.InvariantCulture), _folder.FullName,
                epoch.ToString(CultureInfo.InvariantCulture), perSecond.ToString(CultureInfo.InvariantCulture),
            ])
        { UseShellExecute = false })!;
        string accepted = Path.Combine(_folder.FullName, DeliveryProducer.Accepted(epoch));
        Wait(() => perSecond == 0 || File.Exists(accepted));
    }

    private void KillWorker()
    {
        if (_worker is { } process)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
            _worker = null;
        }
    }

    private void Pause(double from, double to) =>
        _stopping.Token.WaitHandle.WaitOne(TimeSpan.FromSeconds(from + ((to - from) * _random.NextDouble())));

    private void Wait(Func<bool> condition)
    {
        long begin = Stopwatch.GetTimestamp();
        while (!condition() && Stopwatch.GetElapsedTime(begin) < Patience)
        {
            _stopping.Token.WaitHandle.WaitOne(20);
        }
    }
}
