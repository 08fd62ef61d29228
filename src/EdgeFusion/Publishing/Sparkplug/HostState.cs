using System.Text.Json;

namespace EdgeFusion.Publishing.Sparkplug;

/// <summary>Whether the primary host is there, by its STATE messages.</summary>
internal sealed class HostState
{
    private long _latest = long.MinValue;

    public bool IsOnline { get; private set; }

    /// <summary>Takes a message of anybody's; one that is malformed or older than the last one is ignored.</summary>
    public void Take(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(payload, new JsonDocumentOptions { MaxDepth = 4 });
            long timestamp = json.RootElement.GetProperty("timestamp").GetInt64();
            bool online = json.RootElement.GetProperty("online").GetBoolean();
            if (timestamp >= _latest)
            {
                _latest = timestamp;
                IsOnline = online;
            }
        }
        catch (Exception fault) when (
            fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // Not what the specification says; the state stays as it is.
        }
    }

    /// <summary>Another connection: the broker tells it anew.</summary>
    public void Forget() => IsOnline = false;
}
