using System.Diagnostics;
using System.Runtime.InteropServices;
using EdgeFusion.Testing;

namespace EdgeFusion.Linux.Tests.Audio;

/// <summary>
/// A sound server with a card that is none (a null sink, whose monitor is a microphone in real time), and an ALSA
/// configuration that names it "efpulse".
/// </summary>
internal sealed partial class PulseServer : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgefusion-pulse").FullName;
    private readonly Process _process;

    public PulseServer()
    {
        Socket = Path.Combine(_folder, "native");
        var start = new ProcessStartInfo(NeedsProgramFactAttribute.Find("pulseaudio")!)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (string argument in (string[])
            [
                "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes",
                $"--load=module-native-protocol-unix socket={Socket} auth-anonymous=1",
                "--load=module-null-sink sink_name=ef rate=48000",
            ])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["XDG_RUNTIME_DIR"] = _folder;
        start.Environment["HOME"] = _folder;
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        string configuration = Path.Combine(_folder, "asound.conf");
        File.WriteAllText(
            configuration,
            "</usr/share/alsa/alsa.conf>\n"
            + $"pcm.efpulse {{ type pulse server \"unix:{Socket}\" device \"ef.monitor\" }}\n");

        // .NET's own environment is a copy that C libraries do not see.
        _ = SetEnvironment("ALSA_CONFIG_PATH", configuration, 1);
        Assert.True(
            SpinWait.SpinUntil(() => File.Exists(Socket), TimeSpan.FromSeconds(20)), "pulseaudio does not start");
    }

    public string Socket { get; }

    public static string? WhyNot =>
        NeedsProgramFactAttribute.WhyNot("pulseaudio")
        ?? (Directory.GetDirectories("/usr/lib", "*-linux-gnu")
            .Any(d => File.Exists(Path.Combine(d, "alsa-lib", "libasound_module_pcm_pulse.so")))
            ? null : "libasound2-plugins is not installed");

    public void Kill() => _process.Kill();

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit(5_000);
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
