using System.Globalization;
using EdgeFusion.Linux.Tests.Media;
using EdgeFusion.Simulator.Devices;
using EdgeFusion.Time;

namespace EdgeFusion.Soak.Devices;

/// <summary>
/// The simulated devices, in a process of their own: it can be frozen and killed, and what they cost is not ours.
/// Commands come line by line on the standard input, each is answered with a line; the end of the input ends it.
/// </summary>
internal sealed class DeviceRig : IDisposable
{
    /// <summary>First argument of the process with serial devices and robot.</summary>
    public const string Verb = "device-rig";

    /// <summary>First argument of the process with the network camera.</summary>
    public const string CameraVerb = "camera-rig";

    /// <summary>Name of the Robotiq sensor's line in the rig's folder.</summary>
    public const string Robotiq = "robotiq";

    /// <summary>Name of the Bota sensor's line in the rig's folder.</summary>
    public const string Bota = "bota";

    private const double BotaRateHz = 1_000;

    // Motion JPEG: as cheap to make as to decode, and every frame stands alone.
    private const string Launch =
        "( videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=15/1 ! videoconvert "
        + "! video/x-raw,format=I420 ! jpegenc ! rtpjpegpay name=pay0 pt=26 )";

    private readonly string _folder;
    private readonly CancellationTokenSource _stopping = new();
    private readonly RtdeController _robot = new(new PipelineClock(TimeProvider.System));
    private readonly Thread _thread;
    private PluggedDevice<RobotiqDevice>? _robotiq;
    private PluggedDevice<BotaDevice>? _bota;

    private DeviceRig(string folder)
    {
        _folder = folder;
        _thread = new Thread(() => _robot.Run(_stopping.Token)) { IsBackground = true };
        _thread.Start();
        Do("plug");
    }

    /// <summary>Runs serial devices and robot in the given folder.</summary>
    public static int Run(string folder)
    {
        using var rig = new DeviceRig(folder);
        Console.WriteLine(rig._robot.Port.ToString(CultureInfo.InvariantCulture));
        while (Console.ReadLine() is { } command)
        {
            rig.Do(command);
            Console.WriteLine("done");
        }

        return 0;
    }

    /// <summary>Runs the network camera.</summary>
    /// <param name="port">TCP port; 0 = any.</param>
    public static int RunCamera(string port)
    {
        using var server = new RtspServer(Launch, port);
        Console.WriteLine(server.Port.ToString(CultureInfo.InvariantCulture));
        while (Console.ReadLine() is not null)
        {
            // Nothing to be told: it is killed.
        }

        return 0;
    }

    public void Dispose()
    {
        _robotiq?.Dispose();
        _bota?.Dispose();
        _stopping.Cancel();
        _thread.Join();
        _robot.Dispose();
        _stopping.Dispose();
    }

    private void Do(string command)
    {
        switch (command)
        {
            case "plug":
                _robotiq = new PluggedDevice<RobotiqDevice>(
                    Path.Combine(_folder, Robotiq), (line, clock) => new RobotiqDevice(line, clock));
                break;
            case "unplug":
                _robotiq!.Dispose();
                _robotiq = null;
                break;
            case "mute" or "unmute":
                _robotiq!.Device.Muted = command == "mute";
                break;
            case "drop":
                _robot.DropClient = true;
                break;
            case "hush" or "speak":
                _robot.Silent = command == "hush";
                break;
            case "plug-bota":
                _bota = new PluggedDevice<BotaDevice>(
                    Path.Combine(_folder, Bota), (line, clock) => new BotaDevice(line, clock, BotaRateHz));
                break;
            case "unplug-bota":
                _bota!.Dispose();
                _bota = null;
                break;
            default:
                throw new ArgumentException($"Unknown command '{command}'.", nameof(command));
        }
    }
}
