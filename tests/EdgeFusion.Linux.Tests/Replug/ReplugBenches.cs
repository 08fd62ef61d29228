using System.Net;
using System.Net.Sockets;
using EdgeFusion.Linux.Audio;
using EdgeFusion.Linux.Media;
using EdgeFusion.Linux.Serial;
using EdgeFusion.Linux.Tests.Audio;
using EdgeFusion.Linux.Tests.Media;
using EdgeFusion.Sensing;
using EdgeFusion.Sensing.Channels;
using EdgeFusion.Sensing.Devices;
using EdgeFusion.Sensing.Devices.Datagrams;
using EdgeFusion.Sensing.Devices.Force;
using EdgeFusion.Sensing.Devices.Imu;
using EdgeFusion.Sensing.Devices.Robots;
using EdgeFusion.Sensing.Devices.Servos;
using EdgeFusion.Sensing.Ros;
using EdgeFusion.Simulator.Devices;
using EdgeFusion.Simulator.Ros;
using EdgeFusion.Time;

namespace EdgeFusion.Linux.Tests.Replug;

/// <summary>Every adapter on its simulated device.</summary>
internal static class ReplugBenches
{
    private const string Host = "127.0.0.1";

    private const string Jpeg =
        "( videotestsrc is-live=true pattern=ball ! video/x-raw,width=160,height=120,framerate=15/1 ! videoconvert "
        + "! video/x-raw,format=I420 ! jpegenc ! rtpjpegpay name=pay0 pt=26 )";

    private static readonly PipelineClock Clock = new(TimeProvider.System);

    private static readonly SensorInfo Camera = new()
    {
        Name = "camera",
        Modality = "camera",
        Layout = new FrameLayout(160, 120, PixelFormat.Rgb8),
        RateHz = 15,
    };

    private static readonly SensorInfo Microphone = new()
    {
        Name = "microphone",
        Modality = "microphone",
        Layout = new AudioLayout(1, AudioFormat.Float32, 160),
        RateHz = 16_000,
        FramesPerBlock = 160,
    };

    /// <summary>The benches by name. What they need must be installed: GStreamer, its RTSP server,
    /// PulseAudio.</summary>
    public static IReadOnlyDictionary<string, Func<IReplugBench>> All { get; } =
        new Dictionary<string, Func<IReplugBench>>
        {
            ["robotiq"] = () => Serial(
                line => ForceDevices.Robotiq(line), line => new RobotiqDevice(line, Clock)),
            ["bota"] = () => Serial(
                line => ForceDevices.Bota(line, 500), line => new BotaDevice(line, Clock, 500)),
            ["kunwei"] = () => Serial(
                line => ForceDevices.Kunwei(line, 500, 2_000), line => new KunweiDevice(line, Clock, 500)),
            ["optoforce"] = () => Serial(
                line => ForceDevices.OptoForce(
                    line, new OptoForceOptions { CountsPerNewton = 100, CountsPerNewtonMetre = 2_000 }),
                line => new OptoForceDevice(line, Clock, 100)),
            ["text"] = () => Serial(
                line => ForceDevices.Text(line, new TextOptions { Fields = [new("fx", "1", "N")], RateHz = 100 }),
                line => new TextDevice(line, Clock, 100)),
            ["witmotion"] = () => Serial(
                line => ImuDevices.WitMotion(line, 100), line => new WitMotionDevice(line, Clock, 100)),
            ["dynamixel"] = () => Servos(ServoFamily.Dynamixel),
            ["feetech"] = () => Servos(ServoFamily.Feetech),
            ["rdt"] = Rdt,
            ["schunk"] = Schunk,
            ["rtde"] = () => Robot(freezes: false),
            ["rtde-frozen"] = () => Robot(freezes: true),
            ["xarm"] = () => XArm(freezes: false),
            ["xarm-frozen"] = () => XArm(freezes: true),
            ["foxglove"] = () => Foxglove(freezes: false),
            ["foxglove-frozen"] = () => Foxglove(freezes: true),
            ["rosbridge"] = () => Rosbridge(freezes: false),
            ["rosbridge-frozen"] = () => Rosbridge(freezes: true),
            ["rtsp"] = () => Rtsp(freezes: false),
            ["rtsp-frozen"] = () => Rtsp(freezes: true),
            ["mjpeg"] = () => Mjpeg(freezes: false),
            ["mjpeg-frozen"] = () => Mjpeg(freezes: true),
            ["alsa"] = () => Sound(
                server => new AlsaSensor(
                    Microphone, new AlsaOptions { Device = server.NameForAlsa(PulseServer.Microphone) })),
            ["pulse"] = () => Sound(server => new GStreamerSensor(Microphone, new GStreamerOptions
            {
                Source = GStreamerSource.Pulse,
                Url = "unix:" + server.Socket,
                Device = PulseServer.Microphone,
            })),
        };

    private static DeviceReplug Serial(
        Func<IByteEndpoint, StreamDevice> open, Func<IByteChannel, IDeviceSimulation> device) =>
        OnLine(line => open(line).Sensor("sensor"), device);

    private static DeviceReplug Servos(ServoFamily family) => OnLine(
        line => new ServoBusSensor("arm", line, new ServoBusOptions
        {
            Family = family,
            Joints = [new("pan", 1), new("lift", 2)],
            RateHz = 100,
        }),
        line => new ServoBusDevice(line, Clock, family == ServoFamily.Dynamixel, [1, 2]));

    /// <summary>A serial line under a name that stays.</summary>
    private static DeviceReplug OnLine(
        Func<IByteEndpoint, ISensor> sensor, Func<IByteChannel, IDeviceSimulation> device)
    {
        string link = Path.Combine(Path.GetTempPath(), $"edgefusion-line-{Guid.NewGuid():N}");
        var endpoint = new SerialEndpoint(new SerialOptions { Device = link, BaudRate = 460_800 });
        return new DeviceReplug(sensor(endpoint), () =>
        {
            var line = new PseudoTerminal(link);
            return (device(line), line);
        });
    }

    private static DeviceReplug Rdt()
    {
        (int port, int httpPort) = (FreePort(), FreePort());
        var options = new RdtOptions { Host = Host, Port = port, HttpPort = httpPort, RateHz = 1_000 };
        return new DeviceReplug(
            new RdtSensor("wrist", options), () => Both(new RdtBox(Clock, 1_000, port, httpPort)));
    }

    private static DeviceReplug Schunk()
    {
        (int control, int data) = (FreePort(), FreePort());
        var options = new SchunkOptions { Host = Host, ControlPort = control, DataPort = data };
        return new DeviceReplug(
            new SchunkSensor("wrist", options), () => Both(new SchunkFtn(Clock, data, control)));
    }

    private static RelayReplug Robot(bool freezes)
    {
        var robot = new RtdeController(Clock);
        return new RelayReplug(new Running(robot), robot.Port, freezes, port => RobotDevices
            .UniversalRobots(new TcpEndpoint(Host, port), new RtdeOptions { RateHz = 500 }).Sensor("arm"));
    }

    private static RelayReplug XArm(bool freezes)
    {
        var arm = new XArmReporter(Clock);
        return new RelayReplug(new Running(arm), arm.Port, freezes, port => RobotDevices
            .XArm(new TcpEndpoint(Host, port), filteredForce: true).Sensor("arm"));
    }

    private static RelayReplug Foxglove(bool freezes)
    {
        var server = new FoxgloveServer(FreePort());
        return new RelayReplug(
            new Running(new RosDevice(server, Clock), server), server.Port, freezes,
            port => new FoxgloveSensor(RosDevice.Wrist, Topic(port)));
    }

    private static RelayReplug Rosbridge(bool freezes)
    {
        var server = new RosbridgeServer(FreePort());
        return new RelayReplug(
            new Running(new RosDevice(server, Clock), server), server.Port, freezes,
            port => new RosbridgeSensor(RosDevice.Wrist, Topic(port)));
    }

    private static RosTopicOptions Topic(int port) =>
        new() { Url = FormattableString.Invariant($"ws://{Host}:{port}"), Topic = "/wrist" };

    private static RelayReplug Rtsp(bool freezes)
    {
        var server = new RtspServer(Jpeg);
        return new RelayReplug(server, server.Port, freezes, port => new GStreamerSensor(Camera, new GStreamerOptions
        {
            Source = GStreamerSource.Rtsp,
            Url = FormattableString.Invariant($"rtsp://{Host}:{port}/camera"),
        }));
    }

    private static RelayReplug Mjpeg(bool freezes)
    {
        var server = new MjpegServer(160, 120);
        return new RelayReplug(server, server.Port, freezes, port => new GStreamerSensor(Camera, new GStreamerOptions
        {
            Source = GStreamerSource.Http,
            Url = FormattableString.Invariant($"http://{Host}:{port}/stream"),
        }));
    }

    private static PulseReplug Sound(Func<PulseServer, ISensor> sensor)
    {
        var server = new PulseServer();
        return new PulseReplug(server, sensor(server));
    }

    private static (IDeviceSimulation Device, IDisposable Line) Both<TDevice>(TDevice device)
        where TDevice : IDeviceSimulation, IDisposable => (device, device);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>A simulation that runs until it is disposed.</summary>
    private sealed class Running : IDisposable
    {
        private readonly CancellationTokenSource _stopping = new();
        private readonly Thread _thread;
        private readonly IDisposable? _server;

        public Running(IDeviceSimulation device, IDisposable? server = null)
        {
            _server = server ?? device as IDisposable;
            _thread = new Thread(() => device.Run(_stopping.Token)) { IsBackground = true };
            _thread.Start();
        }

        public void Dispose()
        {
            _stopping.Cancel();
            _thread.Join();
            _server?.Dispose();
            _stopping.Dispose();
        }
    }
}
