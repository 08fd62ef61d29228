using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace EdgeFusion.Linux.Mqtt;

/// <summary>A mosquitto of our own with a configuration in a temporary folder.</summary>
internal sealed class MosquittoProcess : IDisposable
{
    private readonly Process _process;
    private readonly DirectoryInfo _folder;
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
                UseShellExecute = false,
            },
        };
        var broker = new MosquittoProcess(process, folder);
        process.ErrorDataReceived += broker.Note;
        try
        {
            process.Start();
            process.BeginErrorReadLine();
            return broker;
        }
        catch (Win32Exception fault)
        {
            folder.Delete(recursive: true);
            process.Dispose();
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
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit(2000);
        }

        _process.Dispose();
        _folder.Delete(recursive: true);
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
