using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace EdgeFusion.Simulator.Ros;

/// <summary>The server's side of the Foxglove WebSocket protocol, both subprotocols: a bridge to simulated topics.
/// </summary>
public sealed class FoxgloveServer : WebSocketServer
{
    private const byte MessageData = 1;
    private const int HeaderBytes = 13;
    private readonly ConcurrentDictionary<long, string> _channels = new();

    /// <summary>Listens; advertises nothing yet.</summary>
    /// <param name="port">Port of the loopback; real bridges use 8765.</param>
    /// <param name="subProtocol">The one it speaks: foxglove.sdk.v1 or foxglove.websocket.v1.</param>
    public FoxgloveServer(int port, string subProtocol = "foxglove.sdk.v1")
        : base(port) => SubProtocol = subProtocol;

    /// <summary>The one it speaks.</summary>
    public string SubProtocol { get; }

    /// <summary>Offers a topic to all clients, present and future.</summary>
    public void Advertise(long id, string topic, string schemaName, string schema = "", string encoding = "cdr")
    {
        string channel = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"id":{{id}},"topic":{{Quoted(topic)}},"encoding":{{Quoted(encoding)}},""")
            + $"\"schemaName\":{Quoted(schemaName)},\"schemaEncoding\":\"ros2msg\",\"schema\":{Quoted(schema)}}}";
        _channels[id] = channel;
        foreach (WebSocketClient client in Clients())
        {
            SendText(client, Advertisement(channel));
        }
    }

    /// <summary>Takes a topic back.</summary>
    public void Unadvertise(long id)
    {
        _channels.TryRemove(id, out _);
        foreach (WebSocketClient client in Clients())
        {
            client.Subscriptions.TryRemove(Key(id), out _);
            SendText(client, string.Create(
                CultureInfo.InvariantCulture, $$"""{"op":"unadvertise","channelIds":[{{id}}]}"""));
        }
    }

    /// <summary>Whether some client has subscribed to a channel.</summary>
    public bool IsSubscribed(long id)
    {
        foreach (WebSocketClient client in Clients())
        {
            if (client.Subscriptions.ContainsKey(Key(id)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Sends a message to all subscribers.</summary>
    /// <param name="id">The channel.</param>
    /// <param name="logTime">Nanoseconds since 1970, by the bridge's clock.</param>
    /// <param name="payload">The message.</param>
    public void Publish(long id, long logTime, ReadOnlySpan<byte> payload)
    {
        byte[] message = new byte[HeaderBytes + payload.Length];
        message[0] = MessageData;
        BinaryPrimitives.WriteUInt64LittleEndian(message.AsSpan(5), (ulong)logTime);
        payload.CopyTo(message.AsSpan(HeaderBytes));
        foreach (WebSocketClient client in Clients())
        {
            if (client.Subscriptions.TryGetValue(Key(id), out uint subscription))
            {
                BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(1), subscription);
                Send(client, message, isBinary: true);
            }
        }
    }

    /// <inheritdoc/>
    protected override string? Choose(IReadOnlyList<string> offered)
    {
        ArgumentNullException.ThrowIfNull(offered);
        return offered.Contains(SubProtocol) ? SubProtocol : null;
    }

    /// <inheritdoc/>
    protected override void OnConnected(WebSocketClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        SendText(client, """{"op":"serverInfo","name":"edgefusion simulator","capabilities":[],"sessionId":"1"}""");
        foreach (string channel in _channels.Values)
        {
            SendText(client, Advertisement(channel));
        }
    }

    /// <inheritdoc/>
    protected override void OnText(WebSocketClient client, string text)
    {
        ArgumentNullException.ThrowIfNull(client);
        using JsonDocument document = JsonDocument.Parse(text);
        if (document.RootElement.GetProperty("op").GetString() != "subscribe")
        {
            return;
        }

        foreach (JsonElement item in document.RootElement.GetProperty("subscriptions").EnumerateArray())
        {
            client.Subscriptions[Key(item.GetProperty("channelId").GetInt64())] = item.GetProperty("id").GetUInt32();
        }
    }

    private static void SendText(WebSocketClient client, string text) =>
        Send(client, Encoding.UTF8.GetBytes(text), isBinary: false);

    private static string Advertisement(string channel) => $$"""{"op":"advertise","channels":[{{channel}}]}""";

    private static string Key(long id) => id.ToString(CultureInfo.InvariantCulture);

    private static string Quoted(string text) => "\"" + JsonEncodedText.Encode(text) + "\"";
}
