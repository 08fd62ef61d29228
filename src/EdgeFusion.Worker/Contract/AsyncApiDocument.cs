using System.Text.Json.Nodes;
using EdgeFusion.Publishing;
using EdgeFusion.Publishing.Commands;
using EdgeFusion.Worker.Composition;

namespace EdgeFusion.Worker.Contract;

/// <summary>What a node publishes and takes as an AsyncAPI 3.0 document, made from the topics, options and schemas that
/// the publishing code uses.</summary>
/// <param name="node">Name of the node; "{node}" for any.</param>
/// <param name="broker">The broker.</param>
/// <param name="options">Expiries.</param>
/// <param name="commands">The commands that the node takes.</param>
internal sealed class AsyncApiDocument(
    string node, BrokerOptions broker, PredictionPublisherOptions options, IReadOnlyList<CommandVerb> commands)
{
    private const string BindingVersion = "0.2.0";

    private static readonly Dictionary<string, string> Parameters = new()
    {
        ["node"] = "Name of the node.",
        ["sensor"] = "Name of the sensor.",
        ["head"] = "Name of the head: what is predicted.",
        ["subscriber"] = "Chosen by whoever asks.",
    };

    private readonly NodeTopics _topics = new(node);

    /// <summary>Values that parameters can take, where they are known.</summary>
    public IReadOnlyDictionary<string, string[]> Known { get; init; } = new Dictionary<string, string[]>();

    /// <summary>Media type of predictions; default JSON.</summary>
    public string PredictionContentType { get; init; } = PublishMessage.Json;

    /// <summary>The document.</summary>
    public JsonObject Create()
    {
        List<ContractMessage> messages = ContractMessage.Of(_topics, options, commands);
        var channels = new JsonObject();
        var operations = new JsonObject();
        var parts = new JsonObject();
        var schemas = new JsonObject();
        foreach (ContractMessage message in messages)
        {
            channels.Add(message.Name, Channel(message));
            operations.Add((message.Sends ? "send-" : "receive-") + message.Name, Operation(message));
            foreach (string schema in message.Schemas)
            {
                if (!parts.ContainsKey(schema))
                {
                    parts.Add(schema, Message(schema));
                    JsonObject content = PayloadSchemas.Of(schema);
                    content.Remove("$schema");
                    schemas.Add(schema, content);
                }
            }
        }

        return new JsonObject
        {
            ["asyncapi"] = "3.0.0",
            ["info"] = new JsonObject
            {
                ["title"] = "EdgeFusion node",
                ["version"] = Product.Version,
                ["description"] = "What a node publishes and takes over MQTT. Instants are nanoseconds since 1970 on "
                    + "the node's timeline, durations milliseconds; numbers are finite, null where not known. "
                    + "Predictions carry epoch and seq, also as MQTT 5 user properties: a gap in seq is a lost "
                    + "message, which replayRequest fetches.",
            },
            ["defaultContentType"] = PublishMessage.Json,
            ["servers"] = new JsonObject { ["broker"] = Server() },
            ["channels"] = channels,
            ["operations"] = operations,
            ["components"] = new JsonObject { ["messages"] = parts, ["schemas"] = schemas },
        };
    }

    private static JsonObject Reference(string path) => new() { ["$ref"] = "#/" + path };

    private JsonObject Message(string schema)
    {
        string contentType = schema == "prediction" ? PredictionContentType : PublishMessage.Json;
        return new JsonObject
        {
            ["name"] = schema,
            ["contentType"] = contentType,
            ["payload"] = Reference("components/schemas/" + schema),
            ["bindings"] = new JsonObject
            {
                ["mqtt"] = new JsonObject
                {
                    ["payloadFormatIndicator"] = contentType == PublishMessage.Json ? 1 : 0,
                    ["contentType"] = contentType,
                    ["bindingVersion"] = BindingVersion,
                },
            },
        };
    }

    private JsonObject Server() => new()
    {
        ["host"] = $"{broker.Host}:{broker.Port}",
        ["protocol"] = broker.Tls ? "secure-mqtt" : "mqtt",
        ["protocolVersion"] = "5.0",
        ["description"] = "MQTT 5; 3.1.1 with the same topics and without properties.",
        ["bindings"] = new JsonObject
        {
            ["mqtt"] = new JsonObject
            {
                ["clientId"] = broker.ClientId,
                ["cleanSession"] = true,
                ["lastWill"] = new JsonObject
                {
                    ["topic"] = _topics.Status,
                    ["qos"] = 1,
                    ["message"] = "{\"state\":\"lost\", ...}",
                    ["retain"] = true,
                },
                ["keepAlive"] = broker.KeepAliveSeconds,
                ["sessionExpiryInterval"] = 0,
                ["maximumPacketSize"] = BrokerOptions.MaxInboundBytes,
                ["bindingVersion"] = BindingVersion,
            },
        },
    };

    private JsonObject Channel(ContractMessage message)
    {
        var messages = new JsonObject();
        foreach (string schema in message.Schemas)
        {
            messages.Add(schema, Reference("components/messages/" + schema));
        }

        var channel = new JsonObject
        {
            ["address"] = message.Topic,
            ["summary"] = message.Summary,
            ["messages"] = messages,
        };
        var parameters = new JsonObject();
        foreach ((string name, string description) in Parameters)
        {
            if (message.Topic.Contains("{" + name + "}", StringComparison.Ordinal))
            {
                parameters.Add(name, Parameter(name, description));
            }
        }

        if (parameters.Count > 0)
        {
            channel.Add("parameters", parameters);
        }

        return channel;
    }

    private JsonObject Parameter(string name, string description)
    {
        var parameter = new JsonObject { ["description"] = description };
        if (Known.TryGetValue(name, out string[]? values) && values.Length > 0)
        {
            parameter.Add("enum", new JsonArray([.. values.Select(value => JsonValue.Create(value))]));
        }

        return parameter;
    }

    private static JsonObject Operation(ContractMessage message)
    {
        var binding = new JsonObject
        {
            ["qos"] = (int)message.Quality,
            ["retain"] = message.Retain,
            ["bindingVersion"] = BindingVersion,
        };
        if (message.Expiry > TimeSpan.Zero)
        {
            binding.Add("messageExpiryInterval", (int)Math.Ceiling(message.Expiry.TotalSeconds));
        }

        var operation = new JsonObject
        {
            ["action"] = message.Sends ? "send" : "receive",
            ["channel"] = Reference("channels/" + message.Name),
            ["summary"] = message.Summary,
            ["bindings"] = new JsonObject { ["mqtt"] = binding },
        };
        if (message.Reply is { } reply)
        {
            operation.Add("reply", new JsonObject
            {
                ["channel"] = Reference("channels/" + reply.Name),
                ["address"] = new JsonObject
                {
                    ["description"] = "The MQTT 5 response topic, or response_topic in the payload.",
                    ["location"] = "$message.payload#/response_topic",
                },
            });
        }

        return operation;
    }
}
