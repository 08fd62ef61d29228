using System.Diagnostics;
using System.Globalization;
using EdgeFusion.Linux.Mqtt;
using EdgeFusion.Publishing;
using EdgeFusion.Testing;

namespace EdgeFusion.Linux.Tests.Mqtt;

/// <summary>A mosquitto with the files under deploy/mosquitto as they are, but for paths, ports and the bridge's site.
/// </summary>
internal sealed class ShippedBroker : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("edgefusion-test-shipped-");
    private readonly TestAuthority _authority;
    private Process? _process;

    /// <param name="authority">Issues the broker's certificate.</param>
    /// <param name="site">The broker to bridge to; null for none.</param>
    public ShippedBroker(TestAuthority authority, ShippedBroker? site = null)
    {
        _authority = authority;
        string certificates = _folder.CreateSubdirectory("certs").FullName;
        string bridges = _folder.CreateSubdirectory("conf.d").FullName;
        _folder.CreateSubdirectory("db");
        (string certificate, string key) = authority.Issue("localhost");
        File.Copy(authority.AuthorityFile, Path.Combine(certificates, "ca.pem"));
        File.Copy(certificate, Path.Combine(certificates, "broker.pem"));
        File.Copy(key, Path.Combine(certificates, "broker.key"));
        Ship("mosquitto.conf", _folder.FullName + "/mosquitto.conf", text => text + "user root\n");
        Ship("edgefusion.acl", _folder.FullName + "/edgefusion.acl", text => text);
        if (site is not null)
        {
            Ship("conf.d/bridge.conf.example", bridges + "/bridge.conf", text => text
                .Replace("site.example:8883", $"localhost:{site.TlsPort}", StringComparison.Ordinal)
                .Replace("CHANGE-ME", Password("cell"), StringComparison.Ordinal));
        }

        SetPassword("cell", "-c");
        SetPassword("dashboard");
        SetPassword("operator");
        Start();
    }

    /// <summary>Plain text, loopback only.</summary>
    public int Port { get; } = Loopback.FreePort();

    /// <summary>TLS.</summary>
    public int TlsPort { get; } = Loopback.FreePort();

    public void Start()
    {
        _process = Process.Start(new ProcessStartInfo(
            NeedsProgramFactAttribute.Find("mosquitto")!, ["-c", _folder.FullName + "/mosquitto.conf"])
        { UseShellExecute = false, RedirectStandardError = true })!;
        _process.BeginErrorReadLine();
        Waiting.Until(() => Loopback.Answers(TlsPort), "the broker did not start with the shipped files");
    }

    /// <summary>SIGTERM, and the end.</summary>
    public void Stop()
    {
        using (var kill = Process.Start("kill", [_process!.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            kill.WaitForExit();
        }

        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    /// <summary>How a client of the network logs in.</summary>
    public BrokerOptions Options(string? user) => new()
    {
        Host = "localhost",
        Port = TlsPort,
        ClientId = $"test-{user}",
        Tls = true,
        CaFile = _authority.AuthorityFile,
        UserName = user,
        PasswordFile = user is null ? null : PasswordFile(user),
    };

    public void Dispose()
    {
        if (_process is { } process)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    private static string Password(string user) => "secret of " + user;

    private string PasswordFile(string user)
    {
        string file = Path.Combine(_folder.FullName, user + ".password");
        File.WriteAllText(file, Password(user));
        return file;
    }

    private void SetPassword(string user, params string[] more)
    {
        using var process = Process.Start(
            "mosquitto_passwd", [.. more, "-b", _folder.FullName + "/edgefusion.passwd", user, Password(user)]);
        process.WaitForExit();
    }

    private void Ship(string file, string to, Func<string, string> change)
    {
        string text = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "deploy/mosquitto", file))
            .Replace("listener 1883", $"listener {Port}", StringComparison.Ordinal)
            .Replace("listener 8883", $"listener {TlsPort} 127.0.0.1", StringComparison.Ordinal)
            .Replace("/etc/mosquitto/", _folder.FullName + "/", StringComparison.Ordinal)
            .Replace("/etc/mosquitto", _folder.FullName, StringComparison.Ordinal)
            .Replace("/var/lib/mosquitto/", _folder.FullName + "/db/", StringComparison.Ordinal)
            .Replace("log_dest syslog", "log_dest none", StringComparison.Ordinal);
        File.WriteAllText(to, change(text));
    }
}
