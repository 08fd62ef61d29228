using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EdgeFusion.Publishing;

namespace EdgeFusion.Linux.Mqtt;

/// <summary>
/// A broker on this machine for the demo: the one on localhost:1883 where there is one that takes us, else a private
/// mosquitto on a free port of the loopback interface, which ends with this object.
/// </summary>
public sealed class LocalBroker : IDisposable
{
    private const int StandardPort = 1883;
    private const int StartAttempts = 3;
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromMilliseconds(500);

    private readonly MosquittoProcess? _process;

    private LocalBroker(string host, int port, MosquittoProcess? process)
    {
        Host = host;
        Port = port;
        _process = process;
    }

    /// <summary>Host name or address of the broker.</summary>
    public string Host { get; }

    /// <summary>Port of the broker.</summary>
    public int Port { get; }

    /// <summary>Whether we started it ourselves.</summary>
    public bool IsPrivate => _process is not null;

    /// <summary>Process id of a private broker; null for a found one.</summary>
    public int? ProcessId => _process?.Id;

    /// <summary>What to type to see everything that is published.</summary>
    public string SubscribeLine => SubscribeLineOf(Host, Port);

    /// <summary>What to type to see everything that is published to a broker.</summary>
    public static string SubscribeLineOf(string host, int port) => string.Create(
        CultureInfo.InvariantCulture, $"mosquitto_sub -h {host} -p {port} -t '{NodeTopics.Everything}' -v");

    /// <summary>The broker on localhost:1883; null where there is none that takes us.</summary>
    public static LocalBroker? Find(CancellationToken stopping) =>
        Answers("localhost", StandardPort, stopping) ? new LocalBroker("localhost", StandardPort, null) : null;

    /// <summary>Starts a private broker whatever else there is.</summary>
    /// <exception cref="TransportException">mosquitto is not installed or does not start.</exception>
    public static LocalBroker StartPrivate(CancellationToken stopping)
    {
        for (int attempt = 1; ; attempt++)
        {
            // Another program may take the port between our look and the broker's; then another one is tried.
            int port = FreePort();
            MosquittoProcess? process = MosquittoProcess.Start(port);
            try
            {
                if (WaitUntilUp(process, port, stopping))
                {
                    var broker = new LocalBroker("127.0.0.1", port, process);
                    process = null;
                    return broker;
                }

                if (attempt == StartAttempts)
                {
                    throw new TransportException(
                        $"Could not start a private broker on 127.0.0.1:{port}: {process.LastWords}. Start a broker by "
                        + "hand (mosquitto -p 1883) and try again.");
                }
            }
            finally
            {
                process?.Dispose();
            }
        }
    }

    /// <summary>Ends a private broker and removes its files; does nothing to a found one.</summary>
    public void Dispose() => _process?.Dispose();

    private static bool WaitUntilUp(MosquittoProcess process, int port, CancellationToken stopping)
    {
        var deadline = Deadline.After(TimeSpan.FromSeconds(5));
        while (!deadline.IsOver && !process.HasExited)
        {
            if (Answers("127.0.0.1", port, stopping))
            {
                // Somebody else's broker may answer while ours failed to take the port.
                return !process.HasExited;
            }

            stopping.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(20));
            stopping.ThrowIfCancellationRequested();
        }

        return false;
    }

    private static bool Answers(string host, int port, CancellationToken stopping)
    {
        using var probe = new MosquittoPublisher(new BrokerOptions
        {
            Host = host,
            Port = port,
            ClientId = string.Create(CultureInfo.InvariantCulture, $"edgefusion-probe-{Environment.ProcessId}"),
        });
        try
        {
            probe.Connect(null, ProbeTimeout, stopping);
            probe.Disconnect();
            return true;
        }
        catch (TransportException)
        {
            // No broker, or one that wants credentials: not one for the demo.
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
