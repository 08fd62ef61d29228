using System.Collections.Concurrent;
using System.Net.WebSockets;

namespace EdgeFusion.Simulator.Ros;

/// <summary>A client of a simulated bridge.</summary>
/// <param name="socket">Its connection.</param>
public sealed class WebSocketClient(WebSocket socket)
{
    /// <summary>Its connection.</summary>
    public WebSocket Socket { get; } = socket;

    /// <summary>What it has subscribed to: Foxglove subscription by channel, or topics with the value 0.</summary>
    internal ConcurrentDictionary<string, uint> Subscriptions { get; } = new(StringComparer.Ordinal);
}
