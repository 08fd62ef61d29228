using System.Diagnostics;
using System.Globalization;
using EdgeFusion.Testing;

namespace EdgeFusion.Linux.Tests.Mqtt;

/// <summary>A mosquitto on a loopback port that can be killed, stopped and started again on the same port.</summary>
internal sealed class TestBroker : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("edgefusion-test-broker-");
    private readonly string _config;
    private Process? _process;

    public TestBroker(string extra = "allow_anonymous true\n", bool start = true)
    {
        Port = Loopback.FreePort();
        _config = Path.Combine(_folder.FullName, "mosquitto.conf");
        Configure(extra);
        if (start)
        {
            Start();
        }
    }

    public int Port { get; }

    public string FolderPath => _folder.FullName;

    public int ProcessId => _process!.Id;

    /// <summary>Other settings for the next start.</summary>
    public void Configure(string extra) => File.WriteAllText(_config, string.Create(
        CultureInfo.InvariantCulture, $"listener {Port} 127.0.0.1\npersistence false\nlog_dest none\n{extra}"));

    public void Start()
    {
        _process = Process.Start(new ProcessStartInfo(
            NeedsProgramFactAttribute.Find("mosquitto")!, ["-c", _config])
        { UseShellExecute = false })!;
        try
        {
            Waiting.Until(() => Loopback.Answers(Port), "the broker did not start");
        }
        catch
        {
            Kill();
            throw;
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

    /// <summary>Sends a signal by name: STOP makes it hang, CONT makes it go on.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, ProcessId.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        Kill();
        _folder.Delete(recursive: true);
    }
}
