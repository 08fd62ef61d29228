using System.CommandLine;
using System.Net;
using EdgeFusion.Sensing;
using EdgeFusion.Simulator;
using EdgeFusion.Simulator.Ros;
using EdgeFusion.Time;

namespace EdgeFusion.Worker.Commands;

/// <summary>edgefusion simulate foxglove|rosbridge: a ROS bridge in front of the simulated work cell.</summary>
internal static class RosSimulationCommands
{
    private const int FoxglovePort = 8_765;
    private const int RosbridgePort = 9_090;

    public static IEnumerable<Command> Create() =>
    [
        Bridge("foxglove", "Foxglove bridge (both subprotocols)", FoxglovePort, (port, feed, clock) =>
        {
            var server = new FoxgloveServer(port);
            return (server, RosSimulation.On(server, feed, clock));
        }),
        Bridge("rosbridge", "rosbridge (JSON)", RosbridgePort, (port, feed, clock) =>
        {
            var server = new RosbridgeServer(port);
            return (server, RosSimulation.On(server, feed, clock));
        }),
    ];

    private static Command Bridge(
        string name, string description, int usualPort,
        Func<int, ISampleFeed, PipelineClock, (WebSocketServer Server, RosSimulation Simulation)> open)
    {
        var port = new Option<int>("--port")
        {
            Description = "Port of the loopback.",
            DefaultValueFactory = _ => usualPort,
        };
        var seed = new Option<ulong>("--seed")
        {
            Description = "Decides everything that is random.",
            DefaultValueFactory = _ => 1,
        };
        var command = new Command(
            name,
            description + " with /camera, /microphone, /wrist and /arm of the simulated work cell, in real time. Runs "
            + "until Ctrl+C.\n\nExample: edgefusion simulate " + name)
        {
            port, seed,
        };
        command.SetAction((parsed, stopping) =>
        {
            int number = parsed.GetValue(port);
            if (number is < 1 or > 65_535)
            {
                throw new ConfigurationException("--port must be 1..65535");
            }

            var cell = new WorkCell(new WorkCellOptions { Seed = parsed.GetValue(seed) });
            using var feed = new MergedFeed(cell.CreateSources());
            (WebSocketServer server, RosSimulation simulation) = Open(open, number, feed);
            using (server)
            {
                Console.WriteLine($"{server.Url}: /camera, /microphone, /wrist, /arm; adapter {name}");
                simulation.Run(stopping);
            }

            return Task.FromResult(ExitCode.Success);
        });
        return command;
    }

    private static (WebSocketServer Server, RosSimulation Simulation) Open(
        Func<int, ISampleFeed, PipelineClock, (WebSocketServer Server, RosSimulation Simulation)> open,
        int port, ISampleFeed feed)
    {
        try
        {
            return open(port, feed, new PipelineClock(TimeProvider.System));
        }
        catch (HttpListenerException fault)
        {
            throw new ConfigurationException($"Cannot listen on port {port}: {fault.Message}", fault);
        }
    }
}
