using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace EdgeFusion.Soak.Delivery;

/// <summary>A mosquitto with its default persistence, to be killed.</summary>
internal sealed class SoakBroker : IDisposable
{
    private readonly string _config;
    private Process? _process;

    public SoakBroker(string folder)
    {
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        _config = Path.Combine(folder, "mosquitto.conf");
        Directory.CreateDirectory(Path.Combine(folder, "broker"));
        File.WriteAllText(_config, string.Create(
            CultureInfo.InvariantCulture,
            $"listener {Port} 127.0.0.1\nallow_anonymous true\nlog_dest none\nuser root\npersistence true\n"
            + $"persistence_location {folder}/broker/\n"));
        Start();
    }

    public int Port { get; }

    /// <summary>Starts it and waits until the port answers.</summary>
    public void Start()
    {
        string program = File.Exists("/usr/sbin/mosquitto") ? "/usr/sbin/mosquitto" : "mosquitto";
        _process = Process.Start(new ProcessStartInfo(program, ["-c", _config])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        })!;
        _process.BeginErrorReadLine();
        if (!SpinWait.SpinUntil(Answers, TimeSpan.FromSeconds(20)))
        {
            throw new TransportException(
                $"mosquitto did not answer on port {Port}. Check that it is installed and that {_config} is good.");
        }
    }

    /// <summary>SIGKILL.</summary>
    public void Kill()
    {
        if (_process is { } process)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
            _process = null;
        }
    }

    public void Dispose() => Kill();

    private bool Answers()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
