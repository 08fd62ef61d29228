using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EdgeFusion.Worker.Tests.Contract;

/// <summary>A mosquitto_sub of everything, as its publishers meant it.</summary>
internal sealed class WireTap : IDisposable
{
    private readonly Process _process;
    private readonly List<JsonElement> _messages = [];
    private readonly TaskCompletionSource _subscribed = new();

    public WireTap(int port)
    {
        _process = Process.Start(new ProcessStartInfo("stdbuf",
        [
            "-oL", "mosquitto_sub", "-V", "5", "-h", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture),
            "-q", "1", "-t", "edgefusion/#", "--retain-as-published", "-F", "%j", "-d",
        ])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Assert.True(_subscribed.Task.Wait(TimeSpan.FromSeconds(30)), "the subscriber did not subscribe");
    }

    /// <summary>What came on topics that end so.</summary>
    public List<JsonElement> On(string end)
    {
        lock (_messages)
        {
            return [.. _messages.Where(m => Topic(m).EndsWith(end, StringComparison.Ordinal))];
        }
    }

    public void WaitFor(string end, int count) => Assert.True(
        SpinWait.SpinUntil(() => On(end).Count >= count, TimeSpan.FromSeconds(60)),
        $"{On(end).Count} of {count} messages came on {end}");

    /// <summary>Writes all messages as the contract's judge reads them.</summary>
    public void Save(string path)
    {
        lock (_messages)
        {
            File.WriteAllLines(path, _messages.Select(message =>
            {
                bool expires = message.TryGetProperty("properties", out JsonElement properties)
                    & properties.ValueKind == JsonValueKind.Object;
                JsonElement expiry = default;
                expires = expires && properties.TryGetProperty("message-expiry-interval", out expiry);
                return new JsonObject
                {
                    ["topic"] = Topic(message),
                    ["qos"] = message.GetProperty("qos").GetInt32(),
                    ["retain"] = message.GetProperty("retain").GetInt32(),
                    ["payload"] = message.GetProperty("payload").GetString(),
                    ["expiry"] = expires ? expiry.GetInt64() : null,
                }.ToJsonString();
            }));
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static string Topic(JsonElement message) => message.GetProperty("topic").GetString()!;

    private void Note(string? line)
    {
        if (line?.StartsWith('{') == true)
        {
            JsonElement message = JsonDocument.Parse(line).RootElement;
            lock (_messages)
            {
                _messages.Add(message);
            }
        }
        else if (line?.StartsWith("Subscribed", StringComparison.Ordinal) == true)
        {
            _subscribed.TrySetResult();
        }
    }
}
