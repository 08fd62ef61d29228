using System.CommandLine;
using EdgeFusion.Simulator;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Live;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeFusion.Worker.Commands;

/// <summary>edgefusion demo: worker, simulated cell, model and broker, with a live table.</summary>
internal static class DemoCommand
{
    /// <summary>Windows from one explanation to the next: twice a second.</summary>
    private const int ExplainEvery = 5;

    public static Command Create()
    {
        var seconds = new Option<double>("--seconds") { Description = "End after so long; 0 = run until stopped." };
        var seed = new Option<ulong>("--seed") { Description = "Seed of the cell.", DefaultValueFactory = _ => 1 };
        var model = new Option<string>("--model") { Description = "Model.", DefaultValueFactory = _ => "workcell" };
        var record = new Option<string?>("--record") { Description = "Record the run (.mcap)." };
        var dashboard = new Option<int>("--dashboard")
        {
            Description = "Port of the live page on 127.0.0.1; 0 = a free one.",
            DefaultValueFactory = _ => new DashboardOptions().Port,
        };
        var fault = new Option<string[]>("--fault")
        {
            Description = "SOURCE:KIND:START:SECONDS, e.g. arm:mute:5:10; may be repeated.",
            DefaultValueFactory = _ => [],
        };
        var command = new Command("demo", """
            The main job on this machine: a simulated work cell, the workcell model, predictions over MQTT.

            Examples:
              edgefusion demo
              edgefusion demo --fault wrist:mute:10:5 --record run.mcap --seconds 30
            """)
        {
            seconds, seed, model, record, dashboard, fault,
        };
        command.SetAction((parsed, stopping) =>
        {
            WorkerOptions options = new()
            {
                Node = "demo",
                Model = new ModelOptions { Name = parsed.GetValue(model)! },
                Recording = new RecordingOptions { File = parsed.GetValue(record) ?? "" },
                Dashboard = new DashboardOptions { Port = parsed.GetValue(dashboard) },
                Simulator = new SimulatorOptions { Seed = parsed.GetValue(seed), Faults = parsed.GetValue(fault)! },
                Sensors = Simulated(),
                Explain = new ExplainOptions { Every = ExplainEvery },
            };
            return RunAsync(options, TimeSpan.FromSeconds(parsed.GetValue(seconds)), stopping);
        });
        return command;
    }

    private static Dictionary<string, SensorOptions> Simulated()
    {
        var sensors = new Dictionary<string, SensorOptions>(StringComparer.Ordinal);
        foreach (string source in WorkCell.SourceNames)
        {
            sensors.Add(source, new SensorOptions { Adapter = "simulator" });
        }

        return sensors;
    }

    private static async Task<int> RunAsync(WorkerOptions options, TimeSpan length, CancellationToken stopping)
    {
        using var broker = DemoBroker.Open(stopping);
        WorkerOptions published = options with
        {
            Mqtt = options.Mqtt with { Host = broker.Host, Port = broker.Port },
        };
        using IHost host = WorkerHost.Build(published, LogLevel.Warning);
        LiveSession session = host.Services.GetRequiredService<SessionHolder>().Session!;
        var latest = new LatestPrediction(session.Pipeline.Manifest);
        session.Pipeline.AddSink(latest);
        Announce(session, broker);

        var screen = new DemoScreen(session, latest, broker.SubscribeLine);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        if (length > TimeSpan.Zero)
        {
            ending.CancelAfter(length);
        }

        await host.StartAsync(ending.Token).ConfigureAwait(false);
        await AnnouncePageAsync(host.Services.GetRequiredService<SessionHolder>(), ending.Token).ConfigureAwait(false);
        Console.WriteLine();
        screen.Begin();
        while (!ending.IsCancellationRequested)
        {
            await Task.Delay(1_000, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            screen.Draw();
        }

        await host.StopAsync(CancellationToken.None).ConfigureAwait(false);
        Console.WriteLine(FormattableString.Invariant(
            $"{session.Pipeline.Windows} windows, {session.Pipeline.SkippedWindows} skipped, {latest.Count} shown"));
        return ExitCode.Success;
    }

    private static async Task AnnouncePageAsync(SessionHolder holder, CancellationToken ending)
    {
        try
        {
            string? page = await holder.Dashboard.Task.WaitAsync(ending).ConfigureAwait(false);
            Console.WriteLine($"see it live in a browser:\n  {page ?? "not now: no page could be served"}");
        }
        catch (OperationCanceledException)
        {
            // Stopped before it began.
        }
    }

    private static void Announce(LiveSession session, DemoBroker broker)
    {
        Console.WriteLine($"broker      {broker.What} on {broker.Host}:{broker.Port}");
        Console.WriteLine($"model       {session.Pipeline.Manifest.Name} {session.Pipeline.Manifest.Version} on "
            + $"{session.Engine.Info.Provider} {session.Engine.Info.Precision}");
        Console.WriteLine();
        Console.WriteLine("see every message in a second terminal:");
        Console.WriteLine("  " + broker.SubscribeLine);
        Console.WriteLine();
    }
}
