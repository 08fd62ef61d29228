using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using EdgeFusion.Recording.Cdr;
using EdgeFusion.Time;

namespace EdgeFusion.Sensing.Ros;

/// <summary>
/// The client's side of the Foxglove WebSocket protocol: waits until the topic is advertised, subscribes, takes its
/// messages; follows the topic when it is taken back and advertised again under another number.
/// </summary>
internal sealed class FoxgloveConversation(SensorInfo info, RosTopicOptions options, WebSocketLine line)
    : IRosConversation
{
    private const byte MessageData = 1;

    /// <summary>Opcode, subscription (u32), time (u64).</summary>
    private const int MessageHeaderBytes = 1 + sizeof(uint) + sizeof(ulong);
    private const int TopicsNamed = 12;

    private readonly SortedSet<string> _topics = new(StringComparer.Ordinal);
    private long? _channel;
    private uint _subscription;

    public RosDecoder? Decoder { get; private set; }

    public string Trouble => _channel is not null
        ? "the bridge accepted the subscription but sends no message; is the topic published?"
        : _topics.Count == 0
            ? "the bridge advertises no topic"
            : "the bridge does not advertise it; it has " + SomeTopics();

    public bool Take(ReadOnlySpan<byte> message, bool isBinary, out ReadOnlySpan<byte> payload, out Timestamp logTime)
    {
        payload = default;
        logTime = default;
        if (!isBinary)
        {
            TakeText(message);
            return false;
        }

        if (_channel is null || message.Length < MessageHeaderBytes || message[0] != MessageData
            || BinaryPrimitives.ReadUInt32LittleEndian(message[1..]) != _subscription)
        {
            return false;
        }

        ulong time = BinaryPrimitives.ReadUInt64LittleEndian(message[(1 + sizeof(uint))..]);
        logTime = new Timestamp(time > long.MaxValue ? 0 : (long)time);
        payload = message[MessageHeaderBytes..];
        return true;
    }

    private void TakeText(ReadOnlySpan<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(text);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            switch (document.RootElement.GetProperty("op").GetString())
            {
                case "advertise":
                    foreach (JsonElement channel in document.RootElement.GetProperty("channels").EnumerateArray())
                    {
                        TakeChannel(channel);
                    }

                    break;
                case "unadvertise":
                    foreach (JsonElement id in document.RootElement.GetProperty("channelIds").EnumerateArray())
                    {
                        Forget(id.GetInt64());
                    }

                    break;
            }
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            throw new SensorException($"{options.Url} does not speak the Foxglove protocol: {fault.Message}", fault);
        }
    }

    private void TakeChannel(JsonElement channel)
    {
        string topic = channel.GetProperty("topic").GetString() ?? "";
        _topics.Add(topic);
        if (topic != options.Topic || _channel is not null)
        {
            return;
        }

        string encoding = channel.GetProperty("encoding").GetString() ?? "";
        string type = channel.GetProperty("schemaName").GetString() ?? "";
        if (encoding != RosSchemas.MessageEncoding)
        {
            throw new SensorException(
                $"Topic '{topic}' of {options.Url} is encoded as '{encoding}'; only cdr (ROS 2) can be read. For ROS 1 "
                + "use rosbridge.");
        }

        if (options.Type.Length > 0 && RosTypes.Canonical(options.Type) != RosTypes.Canonical(type))
        {
            throw new SensorException(
                $"Topic '{topic}' of {options.Url} is of type {type}, the configuration says {options.Type}.");
        }

        Decoder = CdrDecoder.Create(info, options, type);
        _channel = channel.GetProperty("id").GetInt64();
        _subscription++;
        line.Send(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"op":"subscribe","subscriptions":[{"id":{{_subscription}},"channelId":{{_channel}}}]}"""));
    }

    private string SomeTopics()
    {
        var names = new List<string>();
        foreach (string topic in _topics)
        {
            names.Add(names.Count < TopicsNamed ? topic : "...");
            if (names.Count > TopicsNamed)
            {
                break;
            }
        }

        return string.Join(", ", names);
    }

    private void Forget(long id)
    {
        if (id == _channel)
        {
            _channel = null;
            _topics.Remove(options.Topic);
        }
    }
}
