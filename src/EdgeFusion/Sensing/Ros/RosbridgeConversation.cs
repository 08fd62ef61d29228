using System.Text;
using System.Text.Json;
using EdgeFusion.Time;

namespace EdgeFusion.Sensing.Ros;

/// <summary>The client's side of the rosbridge protocol 2.0: one subscription, then messages of the topic.</summary>
internal sealed class RosbridgeConversation : IRosConversation
{
    private readonly RosTopicOptions _options;
    private readonly byte[] _topic;
    private string _status = "";

    public RosbridgeConversation(SensorInfo info, RosTopicOptions options, WebSocketLine line)
    {
        _options = options;
        _topic = Encoding.UTF8.GetBytes(options.Topic);
        string type = options.Type.Length > 0 ? options.Type : RosTypes.For(info.Layout);
        Decoder = RosJson.CreateDecoder(info, options, type);

        // A queue of one: of what we are too slow for the newest is worth most. No throttling: the ring takes all.
        line.Send("{\"op\":\"subscribe\",\"id\":\"edgefusion\",\"topic\":" + Quoted(options.Topic) + ",\"type\":"
            + Quoted(type) + ",\"throttle_rate\":0,\"queue_length\":1}");
    }

    public RosDecoder? Decoder { get; }

    public string Trouble => _status.Length > 0
        ? "the bridge says: " + _status
        : "the bridge accepted the subscription but sends no message; is the topic published, and of that type?";

    public bool Take(ReadOnlySpan<byte> message, bool isBinary, out ReadOnlySpan<byte> payload, out Timestamp logTime)
    {
        payload = default;
        logTime = default;
        if (isBinary)
        {
            return false;
        }

        try
        {
            return TakeText(message, out payload);
        }
        catch (JsonException fault)
        {
            throw new SensorException($"{_options.Url} does not speak the rosbridge protocol: {fault.Message}", fault);
        }
    }

    /// <summary>Finds the members of the outer object without building anything.</summary>
    private bool TakeText(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        bool isPublish = false;
        bool isStatus = false;
        bool isTopic = false;
        var reader = new Utf8JsonReader(text);
        RosJson.ReadObjectStart(ref reader);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("op"u8))
            {
                reader.Read();
                isPublish = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("publish"u8);
                isStatus = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("status"u8);
            }
            else if (reader.ValueTextEquals("topic"u8))
            {
                reader.Read();
                isTopic = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(_topic);
            }
            else
            {
                bool isMessage = reader.ValueTextEquals("msg"u8);
                reader.Read();
                int start = (int)reader.TokenStartIndex;
                reader.Skip();
                payload = isMessage ? text[start..(int)reader.BytesConsumed] : payload;
            }
        }

        if (isStatus)
        {
            _status = Encoding.UTF8.GetString(payload[..Math.Min(payload.Length, 300)]);
        }

        return isPublish && isTopic && payload.Length > 0;
    }

    private static string Quoted(string text) => "\"" + JsonEncodedText.Encode(text) + "\"";
}
