using System.Text;
using System.Text.Json;

namespace EdgeFusion.Simulator.Ros;

/// <summary>The server's side of the rosbridge protocol 2.0: a bridge to simulated topics, in JSON.</summary>
public sealed class RosbridgeServer : WebSocketServer
{
    /// <summary>Listens.</summary>
    /// <param name="port">Port of the loopback; real bridges use 9090.</param>
    public RosbridgeServer(int port)
        : base(port)
    {
    }

    /// <summary>Whether some client has subscribed to a topic.</summary>
    public bool IsSubscribed(string topic)
    {
        foreach (WebSocketClient client in Clients())
        {
            if (client.Subscriptions.ContainsKey(topic))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Forgets all subscriptions but keeps the connections: the silent death known of rosbridge.</summary>
    public void ForgetSubscriptions()
    {
        foreach (WebSocketClient client in Clients())
        {
            client.Subscriptions.Clear();
        }
    }

    /// <summary>Sends a message to all subscribers of a topic.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="message">The message as JSON.</param>
    public void Publish(string topic, string message)
    {
        byte[] text = Encoding.UTF8.GetBytes(
            "{\"op\":\"publish\",\"topic\":\"" + JsonEncodedText.Encode(topic) + "\",\"msg\":" + message + "}");
        foreach (WebSocketClient client in Clients())
        {
            if (client.Subscriptions.ContainsKey(topic))
            {
                Send(client, text, isBinary: false);
            }
        }
    }

    /// <summary>Sends a status message to all clients.</summary>
    public void Status(string level, string text)
    {
        byte[] message = Encoding.UTF8.GetBytes(
            $$"""{"op":"status","level":"{{level}}","msg":"{{JsonEncodedText.Encode(text)}}"}""");
        foreach (WebSocketClient client in Clients())
        {
            Send(client, message, isBinary: false);
        }
    }

    /// <inheritdoc/>
    protected override void OnText(WebSocketClient client, string text)
    {
        ArgumentNullException.ThrowIfNull(client);
        using JsonDocument document = JsonDocument.Parse(text);
        if (document.RootElement.GetProperty("op").GetString() == "subscribe"
            && document.RootElement.GetProperty("topic").GetString() is { } topic)
        {
            client.Subscriptions[topic] = 0;
        }
    }
}
