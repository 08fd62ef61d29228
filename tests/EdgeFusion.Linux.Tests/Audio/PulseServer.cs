using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace EdgeFusion.Linux.Tests.Audio;

/// <summary>
/// A sound server without a card: a null sink, whose monitor is a microphone in real time (after the two seconds that
/// a null sink takes to begin), and a null source, which begins at once.
/// </summary>
internal sealed partial class PulseServer : IDisposable
{
    /// <summary>Name of the collection of tests that change what this process's ALSA knows.</summary>
    public const string Alsa = "ALSA's configuration";

    /// <summary>The null sink's monitor.</summary>
    public const string Monitor = "ef.monitor";

    /// <summary>The null source.</summary>
    public const string Microphone = "efmic";

    private readonly string _folder = Directory.CreateTempSubdirectory("edgefusion-pulse").FullName;
    private Process? _process;

    public PulseServer()
    {
        Socket = Path.Combine(_folder, "native");
        Start();
    }

    public string Socket { get; }

    /// <summary>Lets this process's ALSA know the microphone; one server at a time.</summary>
    /// <param name="source">Which.</param>
    /// <returns>Its name.</returns>
    public string NameForAlsa(string source)
    {
        string configuration = Path.Combine(_folder, "asound.conf");
        File.WriteAllText(
            configuration,
            "</usr/share/alsa/alsa.conf>\n"
            + $"pcm.efpulse {{ type pulse server \"unix:{Socket}\" device \"{source}\" }}\n");

        // .NET's own environment is a copy that C libraries do not see.
        _ = SetEnvironment("ALSA_CONFIG_PATH", configuration, 1);
        return "efpulse";
    }

    /// <summary>Starts the server; it answers when this returns.</summary>
    public void Start()
    {
        var start = new ProcessStartInfo("pulseaudio")
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (string argument in (string[])
            [
                "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes",
                $"--load=module-native-protocol-unix socket={Socket} auth-anonymous=1",
                "--load=module-null-sink sink_name=ef rate=48000",
                $"--load=module-null-source source_name={Microphone} rate=48000 max_latency_msec=20",
            ])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["XDG_RUNTIME_DIR"] = _folder;
        start.Environment["HOME"] = _folder;
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        if (!SpinWait.SpinUntil(Answers, TimeSpan.FromSeconds(20)))
        {
            throw new InvalidOperationException("pulseaudio does not start.");
        }
    }

    /// <summary>Kills the server, as a crash would; its socket's file stays behind.</summary>
    public void Kill()
    {
        _process?.Kill();
        _process?.WaitForExit(5_000);
        _process?.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        Kill();
        Directory.Delete(_folder, recursive: true);
    }

    private bool Answers()
    {
        using var socket = new System.Net.Sockets.Socket(
            AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(Socket));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
