using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using EdgeFusion.Testing.Payloads;

namespace EdgeFusion.Linux.Tests.Mqtt.Sparkplug;

/// <summary>A mosquitto_sub of all Sparkplug topics that keeps payloads as they are, flags included.</summary>
internal sealed class SparkplugHost : IDisposable
{
    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly List<(string Topic, int Quality, bool Retain, byte[] Payload)> _received = [];
    private volatile bool _subscribed;

    public SparkplugHost(int port)
    {
        _process = Process.Start(new ProcessStartInfo("stdbuf",
        [
            "-oL", "mosquitto_sub", "-h", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), "-V", "5",
            "-q", "1", "--retain-as-published", "-t", "spBv1.0/#", "-F", "%t %q %r %x", "-d",
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Waiting.Until(() => _subscribed, "the host did not subscribe");
    }

    /// <summary>Topics so far, without namespace and group.</summary>
    public string[] Kinds
    {
        get
        {
            lock (_gate)
            {
                return [.. _received.Select(message => string.Join('/', message.Topic.Split('/')[2..]))];
            }
        }
    }

    /// <summary>All messages, decoded by a reader that is not ours.</summary>
    public SparkplugMessage[] Decode()
    {
        lock (_gate)
        {
            JsonElement[] decoded = OtherPayloadReader.ReadSparkplug(_received.Select(message => message.Payload));
            return [.. _received.Select((message, i) => new SparkplugMessage(
                message.Topic, message.Quality, message.Retain, decoded[i]))];
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private void Note(string? line)
    {
        if (line is null)
        {
            return;
        }

        if (line.StartsWith("Subscribed", StringComparison.Ordinal))
        {
            _subscribed = true;
        }
        else if (line.StartsWith("spBv1.0/", StringComparison.Ordinal) && line.Split(' ') is [var topic, var quality,
            var retain, var hex])
        {
            lock (_gate)
            {
                _received.Add((topic, quality[0] - '0', retain == "1", Convert.FromHexString(hex)));
            }
        }
    }
}
