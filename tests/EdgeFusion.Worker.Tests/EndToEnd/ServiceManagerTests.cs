using System.Net.Sockets;
using System.Text;
using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Dashboard;
using EdgeFusion.Worker.Live;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeFusion.Worker.Tests.EndToEnd;

public sealed class ServiceManagerTests
{
    [Fact]
    public async Task A_service_manager_hears_that_predictions_have_begun_that_they_go_on_and_that_they_end()
    {
        using var scratch = new Scratch();
        string path = scratch["notify"];
        using var listener = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.ReceiveTimeout = 30_000;
        using var session = new LiveSession(Options(), new LogObserver(NullLogger.Instance));
        var heard = new List<string>();

        await using (ServiceManager manager = ServiceManager.Connect(new HealthProbe(session), Variable(path))!)
        {
            // Nothing runs yet: alive, because it has just begun, but not ready.
            heard.Add(Receive(listener));
            session.Start();
            while (heard.Count(line => line == "WATCHDOG=1") < 3 || !heard.Contains("READY=1"))
            {
                heard.Add(Receive(listener));
            }
        }

        Assert.NotEqual("READY=1", heard[0]);
        while (heard[^1] != "STOPPING=1")
        {
            heard.Add(Receive(listener));
        }
    }

    [Fact]
    public void Without_a_service_manager_there_is_nobody_to_tell()
    {
        using var session = new LiveSession(Options(), new LogObserver(NullLogger.Instance));

        Assert.Null(ServiceManager.Connect(new HealthProbe(session), _ => null));
    }

    private static Func<string, string?> Variable(string path) => name => name switch
    {
        "NOTIFY_SOCKET" => path,
        "WATCHDOG_USEC" => "600000",
        _ => null,
    };

    private static string Receive(Socket listener)
    {
        var buffer = new byte[256];
        return Encoding.UTF8.GetString(buffer, 0, listener.Receive(buffer));
    }

    private static WorkerOptions Options() => new()
    {
        Mqtt = new MqttOptions { Adapter = "none" },
        Sensors = new Dictionary<string, SensorOptions>(StringComparer.Ordinal)
        {
            ["camera"] = new() { Adapter = "simulator" },
            ["microphone"] = new() { Adapter = "simulator" },
            ["wrist"] = new() { Adapter = "simulator" },
            ["arm"] = new() { Adapter = "simulator" },
        },
    };
}
