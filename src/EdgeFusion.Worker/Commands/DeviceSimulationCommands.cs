using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using EdgeFusion.Linux.Serial;
using EdgeFusion.Sensing.Channels;
using EdgeFusion.Simulator.Devices;
using EdgeFusion.Time;

namespace EdgeFusion.Worker.Commands;

/// <summary>edgefusion simulate DEVICE: a device that is not there, on a pseudo-terminal or a port of this machine.
/// </summary>
internal static class DeviceSimulationCommands
{
    private const string Joints = "shoulder_pan=1,shoulder_lift=2,elbow=3,wrist_flex=4,wrist_roll=5,gripper=6";
    private static readonly byte[] ServoIds = [1, 2, 3, 4, 5, 6];

    public static IEnumerable<Command> Create() =>
    [
        Serial("robotiq", "Robotiq FT 300.", 100, "robotiq-ft300", "",
            (line, clock, _, burst) => new RobotiqDevice(line, clock) { Burst = burst }),
        Serial("bota", "Bota SensONE.", 1_000, "bota", """, "RateHz": "{rate}" """,
            (line, clock, rate, burst) => new BotaDevice(line, clock, rate) { Burst = burst }),
        Serial("kunwei", "Kunwei KWR75.", 1_000, "kunwei", """, "RateHz": "{rate}" """,
            (line, clock, rate, burst) => new KunweiDevice(line, clock, rate) { Burst = burst }),
        Serial("optoforce", "OptoForce, six axes behind a DAQ.", 100, "optoforce",
            """, "CountsPerNewton": "100", "CountsPerNewtonMetre": "2000" """,
            (line, clock, rate, burst) => new OptoForceDevice(line, clock, rate) { Burst = burst }),
        Serial("text", "A board that prints its time and six numbers per line.", 100, "text",
            """, "Time": "0", "Keys": "1,2,3,4,5,6", "RateHz": "{rate}" """,
            (line, clock, rate, burst) => new TextDevice(line, clock, rate) { Burst = burst }),
        Serial("witmotion", "WitMotion inertial unit.", 100, "witmotion", """, "RateHz": "{rate}" """,
            (line, clock, rate, burst) => new WitMotionDevice(line, clock, rate) { Burst = burst }),
        Serial("dynamixel", "Six Dynamixel servos.", 100, "dynamixel", $", \"Joints\": \"{Joints}\"",
            (line, clock, _, _) => new ServoBusDevice(line, clock, true, ServoIds)),
        Serial("feetech", "Six Feetech STS servos (SO-101).", 100, "feetech", $", \"Joints\": \"{Joints}\"",
            (line, clock, _, _) => new ServoBusDevice(line, clock, false, ServoIds)),
        Rdt(),
        Network("rtde", "Universal Robots controller: RTDE", 30_004, "ur-rtde", ", \"Deliver\": \"joints\"",
            (clock, port) => Made(new RtdeController(clock, port), robot => robot.Port)),
        Network("xarm", "UFACTORY xArm: report port", 30_000, "xarm", ", \"Deliver\": \"joints\"",
            (clock, port) => Made(new XArmReporter(clock, port), arm => arm.Port)),
        Network("schunk", "Schunk FTN: control port", 8_082, "schunk-ftn", "",
            (clock, port) => Made(new SchunkFtn(clock, 54_843, port), sensor => sensor.ControlPort)),
    ];

    private static Command Serial(
        string name, string description, double usualRate, string adapter, string more,
        Func<IByteChannel, PipelineClock, double, TimeSpan, IDeviceSimulation> create)
    {
        var link = new Option<string>("--link")
        {
            Description = "Name for the line that stays over restarts: a symbolic link to the pseudo-terminal.",
        };
        var rate = new Option<double>("--rate")
        {
            Description = "Samples per second.",
            DefaultValueFactory = _ => usualRate,
        };
        var burst = new Option<double>("--burst")
        {
            Description = "Hand frames over every so many ms, as a USB adapter does (16).",
        };
        var command = new Command(
            name, description + " Runs until Ctrl+C; says how to connect.\n\nExample: edgefusion simulate "
            + name + " --link ./" + name)
        {
            link, rate, burst,
        };
        command.SetAction((parsed, stopping) =>
        {
            double hertz = parsed.GetValue(rate);
            Require(hertz is >= 0.1 and <= 8_000, "--rate must be 0.1..8000");
            Require(parsed.GetValue(burst) is >= 0 and <= 1_000, "--burst must be 0..1000");
            var clock = new PipelineClock(TimeProvider.System);
            using var line = new PseudoTerminal(FullPath(parsed.GetValue(link)));
            IDeviceSimulation device = create(
                line, clock, hertz, TimeSpan.FromMilliseconds(parsed.GetValue(burst)));
            string settings = more.Replace(
                "{rate}", hertz.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
            Say(name, line.Name, adapter, $"\"Device\": \"{line.Name}\"{settings.TrimEnd()}");
            device.Run(stopping);
            return Task.FromResult(ExitCode.Success);
        });
        return command;
    }

    private static Command Rdt()
    {
        var port = new Option<int>("--port") { Description = "UDP port.", DefaultValueFactory = _ => 49_152 };
        var http = new Option<int>("--http") { Description = "HTTP port.", DefaultValueFactory = _ => 8_049 };
        var rate = new Option<double>("--rate")
        {
            Description = "Records per second.",
            DefaultValueFactory = _ => 1_000,
        };
        var command = new Command("rdt", """
            ATI Net F/T box: RDT over UDP on the loopback interface. Runs until Ctrl+C; says how to connect.

            Example: edgefusion simulate rdt --rate 7000
            """)
        {
            port, http, rate,
        };
        command.SetAction((parsed, stopping) =>
        {
            double hertz = parsed.GetValue(rate);
            Require(hertz is >= 1 and <= 8_000, "--rate must be 1..8000");
            int udp = Port(parsed.GetValue(port));
            int tcp = Port(parsed.GetValue(http));
            using RdtBox box = Listening(() => new RdtBox(new PipelineClock(TimeProvider.System), hertz, udp, tcp));
            string at = $"\"Host\": \"127.0.0.1\", \"Port\": \"{box.Port}\", \"HttpPort\": \"{box.HttpPort}\"";
            string settings = string.Create(CultureInfo.InvariantCulture, $"{at}, \"RateHz\": \"{hertz}\"");
            Say("rdt", $"UDP port {box.Port}", "rdt", settings);
            box.Run(stopping);
            return Task.FromResult(ExitCode.Success);
        });
        return command;
    }

    private static Command Network(
        string name, string description, int usualPort, string adapter, string more,
        Func<PipelineClock, int, (IDeviceSimulation Device, int Port)> create)
    {
        var port = new Option<int>("--port") { Description = "TCP port.", DefaultValueFactory = _ => usualPort };
        var command = new Command(
            name, description + " on the loopback interface. Runs until Ctrl+C; says how to connect.\n\n"
            + FormattableString.Invariant($"Example: edgefusion simulate {name} --port {usualPort}"))
        {
            port,
        };
        command.SetAction((parsed, stopping) =>
        {
            int wanted = Port(parsed.GetValue(port));
            (IDeviceSimulation device, int taken) = Listening(
                () => create(new PipelineClock(TimeProvider.System), wanted));
            using var owned = device as IDisposable;
            Say(name, $"TCP port {taken}", adapter, $"\"Host\": \"127.0.0.1\", \"Port\": \"{taken}\"{more}");
            device.Run(stopping);
            return Task.FromResult(ExitCode.Success);
        });
        return command;
    }

    private static TResult Listening<TResult>(Func<TResult> create)
    {
        try
        {
            return create();
        }
        catch (SocketException fault)
        {
            throw new ConfigurationException(
                $"Cannot listen on that port: {fault.Message}. Choose another one.", fault);
        }
    }

    private static (IDeviceSimulation Device, int Port) Made<TDevice>(TDevice device, Func<TDevice, int> port)
        where TDevice : IDeviceSimulation => (device, port(device));

    private static string? FullPath(string? link) => string.IsNullOrEmpty(link) ? null : Path.GetFullPath(link);

    private static int Port(int port)
    {
        Require(port is >= 0 and <= 65_535, "a port must be 0..65535 (0 = any)");
        return port;
    }

    private static void Require(bool good, string fault)
    {
        if (!good)
        {
            throw new ConfigurationException(fault + ".");
        }
    }

    private static void Say(string device, string where, string adapter, string settings)
    {
        Console.WriteLine($"simulated {device} on {where}; Ctrl+C stops it. In the configuration:");
        Console.WriteLine($"  \"{device}\": {{ \"Adapter\": \"{adapter}\", \"Settings\": {{ {settings} }} }}");
    }
}
