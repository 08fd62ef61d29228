using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace EdgeFusion.Linux.Mqtt;

/// <summary>
/// A mosquitto of our own with a configuration in a temporary folder. Both go when this object does, and also when this
/// process is killed: a shell waits at the other end of a pipe, which closes with us.
/// </summary>
internal sealed class MosquittoProcess : IDisposable
{
    private const string Watch = "read -r _; kill \"$0\" 2>/dev/null; rm -r -- \"$1\"";

    private readonly Process _process;
    private readonly DirectoryInfo _folder;
    private Process? _watcher;
    private volatile string _lastWords = "it said nothing";
    private bool _disposed;

    private MosquittoProcess(Process process, DirectoryInfo folder)
    {
        _process = process;
        _folder = folder;
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>The last line that the broker wrote.</summary>
    public string LastWords => _lastWords;

    /// <summary>Starts a broker that listens on the loopback interface only and keeps nothing on disk.</summary>
    public static MosquittoProcess Start(int port)
    {
        string program = Find() ?? throw new TransportException(
            "mosquitto not found, so that no private broker can be started; apt install mosquitto, or name a broker in "
            + "the configuration.");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("edgefusion-broker-");
        string config = Path.Combine(folder.FullName, "mosquitto.conf");
        File.WriteAllText(config, string.Create(
            CultureInfo.InvariantCulture,
            $"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_dest stderr\n"));
        var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, ["-c", config])
            {
                RedirectStandardError = true,

                // Whoever reads our output waits for its last writer: that must not be the broker.
                RedirectStandardOutput = true,
                UseShellExecute = false,
            },
        };
        var broker = new MosquittoProcess(process, folder);
        process.ErrorDataReceived += broker.Note;
        try
        {
            process.Start();
            process.BeginErrorReadLine();
            broker._watcher = StartWatcher(process.Id, folder);
            return broker;
        }
        catch (Win32Exception fault)
        {
            broker.Dispose();
            throw new TransportException($"Could not start {program}: {fault.Message}. Check its permissions.", fault);
        }
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        End(_watcher);
        End(_process);
        _folder.Delete(recursive: true);
    }

    private static Process StartWatcher(int broker, DirectoryInfo folder) => Process.Start(
        new ProcessStartInfo(
            "/bin/sh", ["-c", Watch, broker.ToString(CultureInfo.InvariantCulture), folder.FullName])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;

    private static void End(Process? process)
    {
        if (process is null)
        {
            return;
        }

        try
        {
            if (!process.HasExited)
            {
                process.Kill();
                process.WaitForExit(2000);
            }
        }
        catch (InvalidOperationException)
        {
            // It was never started.
        }

        process.Dispose();
    }

    private static string? Find()
    {
        // sbin is where packages put it and what a user's path often lacks.
        string path = (Environment.GetEnvironmentVariable("PATH") ?? "") + ":/usr/sbin:/usr/local/sbin";
        foreach (string folder in path.Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            string candidate = Path.Combine(folder, "mosquitto");
            if (File.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }

    private void Note(object sender, DataReceivedEventArgs line) => _lastWords = line.Data ?? _lastWords;
}
