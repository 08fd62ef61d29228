using System.Text.Json;

namespace EdgeFusion.Worker.Dashboard.Foxglove;

/// <summary>What the server says in JSON.</summary>
internal static class FoxgloveTexts
{
    /// <summary>The first message to every client.</summary>
    public static ReadOnlyMemory<byte> ServerInfo(string node, string epoch, string model) => JsonText.Write(json =>
    {
        json.WriteString("op", "serverInfo");
        json.WriteString("name", $"EdgeFusion {node}");
        json.WriteStartArray("capabilities");
        json.WriteStringValue("time");
        json.WriteEndArray();
        json.WriteStartObject("metadata");
        json.WriteString("node", node);
        json.WriteString("model", model);
        json.WriteEndObject();
        json.WriteString("sessionId", epoch);
    });

    /// <summary>All channels.</summary>
    public static ReadOnlyMemory<byte> Advertise(IReadOnlyList<FoxgloveChannel> channels) => JsonText.Write(json =>
    {
        json.WriteString("op", "advertise");
        json.WriteStartArray("channels");
        foreach (FoxgloveChannel channel in channels)
        {
            channel.Write(json);
        }

        json.WriteEndArray();
    });

    /// <summary>A warning for whoever looks.</summary>
    public static ReadOnlyMemory<byte> Warning(string message) => JsonText.Write(json =>
    {
        json.WriteString("op", "status");
        json.WriteNumber("level", 1);
        json.WriteString("message", message);
    });
}
