using System.Diagnostics;
using System.Globalization;
using EdgeFusion.Linux.Mqtt;
using EdgeFusion.Publishing;
using EdgeFusion.Testing;

namespace EdgeFusion.Linux.Tests.Mqtt;

/// <summary>Nodes of nats-server with the files under deploy/nats, but for paths, ports and names.</summary>
internal sealed class NatsCluster : IDisposable
{
    public const string User = "cell";
    private const string Secret = "secret";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("edgefusion-test-nats-");
    private readonly int[] _routes;
    private readonly Process?[] _processes;

    public NatsCluster(int nodes)
    {
        _routes = [.. Enumerable.Range(0, nodes).Select(_ => Loopback.FreePort())];
        Ports = [.. Enumerable.Range(0, nodes).Select(_ => Loopback.FreePort())];
        _processes = new Process?[nodes];
        PasswordFile = Path.Combine(_folder.FullName, "password");
        File.WriteAllText(PasswordFile, Secret);
        for (int i = 0; i < nodes; i++)
        {
            Start(i);
        }

        try
        {
            // The nodes elect a leader first; until then nothing is kept, and nobody is let in.
            Waiting.Until(() => Ports.All(Answers), "the nodes did not start with the shipped files", 60);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where each node speaks MQTT.</summary>
    public int[] Ports { get; }

    public string PasswordFile { get; }

    /// <summary>Arguments with which mosquitto_sub logs in.</summary>
    public static string[] Login => ["-V", "311", "-u", User, "-P", Secret];

    public BrokerOptions Options(int node, string client = "nats-test") => new()
    {
        Host = "127.0.0.1",
        Port = Ports[node],
        ClientId = client,
        UserName = User,
        PasswordFile = PasswordFile,
    };

    /// <summary>SIGKILL.</summary>
    public void Kill(int node)
    {
        if (_processes[node] is { } process)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
            _processes[node] = null;
        }
    }

    public void Dispose()
    {
        for (int i = 0; i < _processes.Length; i++)
        {
            Kill(i);
        }

        _folder.Delete(recursive: true);
    }

    private void Start(int node)
    {
        string folder = _folder.CreateSubdirectory(node.ToString(CultureInfo.InvariantCulture)).FullName;
        bool single = _routes.Length == 1;
        string text = Shipped("nats-server.conf")
            .Replace("/var/lib/nats", folder + "/store", StringComparison.Ordinal)
            .Replace("port: 1883", $"listen: \"127.0.0.1:{Ports[node]}\"", StringComparison.Ordinal)
            .Replace("replicas: 3", single ? "replicas: 1" : "replicas: 3", StringComparison.Ordinal);
        string own = Shipped("node.conf")
            .Replace("\"nats-1\"", $"\"nats-{node + 1}\"", StringComparison.Ordinal)
            .Replace("port: 4222", $"port: {Loopback.FreePort()}", StringComparison.Ordinal)
            .Replace("0.0.0.0:6222", $"127.0.0.1:{_routes[node]}", StringComparison.Ordinal);
        for (int i = 0; i < _routes.Length; i++)
        {
            own = own.Replace($"nats-{i + 1}.example:6222", $"127.0.0.1:{_routes[i]}", StringComparison.Ordinal);
        }

        File.WriteAllText(folder + "/nats-server.conf", text);
        int cluster = own.IndexOf("cluster {", StringComparison.Ordinal);
        File.WriteAllText(folder + "/node.conf", single ? own[..cluster] : own);
        var start = new ProcessStartInfo(
            NeedsProgramFactAttribute.Find("nats-server")!,
            ["-c", folder + "/nats-server.conf", "-l", folder + "/log"])
        { UseShellExecute = false };
        start.Environment["CELL_PASSWORD"] = Secret;
        start.Environment["DASHBOARD_PASSWORD"] = Secret;
        _processes[node] = Process.Start(start)!;
    }

    private static string Shipped(string file) =>
        File.ReadAllText(Path.Combine(RepositoryRoot.Path, "deploy/nats", file));

    private bool Answers(int port)
    {
        using var client = new MosquittoPublisher(
            Options(Array.IndexOf(Ports, port), $"probe-{port}"));
        try
        {
            client.Connect(null, TimeSpan.FromSeconds(5), default);
            client.Disconnect();
            return true;
        }
        catch (TransportException)
        {
            return false;
        }
    }
}
