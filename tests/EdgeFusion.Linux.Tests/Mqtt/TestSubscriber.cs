using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using EdgeFusion.Publishing;
using EdgeFusion.Testing;
using EdgeFusion.Testing.Publishing;

namespace EdgeFusion.Linux.Tests.Mqtt;

/// <summary>A mosquitto_sub of everything, whose JSON lines show properties too.</summary>
internal sealed class TestSubscriber : IDisposable
{
    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly List<JsonElement> _lines = [];
    private readonly List<ReceivedMessage> _received = [];

    public TestSubscriber(int port, string filter = "#", string[]? login = null)
    {
        _process = Process.Start(new ProcessStartInfo("stdbuf",
        [
            // Line by line: "Subscribed" would otherwise stay in a buffer.
            "-oL", "mosquitto_sub", "-h", "127.0.0.1",
            "-p", port.ToString(CultureInfo.InvariantCulture), .. login ?? ["-V", "5"], "-q", "1", "-t", filter,
            "-F", "%j", "-d",
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        try
        {
            Waiting.Until(() => IsSubscribed, "the subscriber did not subscribe");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public bool IsSubscribed { get; private set; }

    public IReadOnlyList<JsonElement> Lines
    {
        get
        {
            lock (_gate)
            {
                return _lines.ToArray();
            }
        }
    }

    public IReadOnlyList<ReceivedMessage> Received
    {
        get
        {
            lock (_gate)
            {
                return _received.ToArray();
            }
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

    private static ReceivedMessage Message(JsonElement line) => new(
        Text(line, "topic"), Text(line, "payload"), (QualityOfService)line.GetProperty("qos").GetInt32(),
        line.GetProperty("retain").GetInt32() != 0, Expiry(line));

    private static string Text(JsonElement line, string name) => line.GetProperty(name).GetString()!;

    private static TimeSpan Expiry(JsonElement line) =>
        line.TryGetProperty("properties", out JsonElement properties)
            && properties.TryGetProperty("message-expiry-interval", out JsonElement seconds)
            ? TimeSpan.FromSeconds(seconds.GetInt64())
            : TimeSpan.Zero;

    private void Note(string? line)
    {
        if (line is null)
        {
            return;
        }

        if (line.StartsWith('{'))
        {
            JsonElement json = JsonDocument.Parse(line).RootElement;
            lock (_gate)
            {
                _lines.Add(json);
                _received.Add(Message(json));
            }
        }
        else if (line.StartsWith("Subscribed", StringComparison.Ordinal))
        {
            IsSubscribed = true;
        }
    }
}
