using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using EdgeFusion.Models;
using EdgeFusion.Publishing;
using EdgeFusion.Publishing.Commands;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Contract;

namespace EdgeFusion.Worker.Commands;

/// <summary>edgefusion asyncapi: the contract with subscribers as a file.</summary>
internal static class AsyncApiCommand
{
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Command Create()
    {
        var config = new Option<string?>("--config")
        {
            Description = "Configuration of the node; without it the document is that of any node.",
        };
        var output = new Option<string?>("--out") { Description = "File to write; without it it is printed." };
        var command = new Command("asyncapi", """
            Print what a node publishes and takes as an AsyncAPI 3.0 document with the JSON schemas of all payloads.

            Examples:
              edgefusion asyncapi > asyncapi.json
              edgefusion asyncapi --config config/edgefusion.json --out asyncapi.json
            """)
        {
            config, output,
        };
        command.SetAction(parsed =>
        {
            string text = Document(parsed.GetValue(config)).Create().ToJsonString(Format);
            if (parsed.GetValue(output) is { } file)
            {
                File.WriteAllText(file, text + "\n");
            }
            else
            {
                Console.Out.WriteLine(text);
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static AsyncApiDocument Document(string? config)
    {
        const string AnyNode = "{node}";
        if (config is null)
        {
            return new AsyncApiDocument(
                AnyNode, new BrokerOptions { ClientId = "edgefusion-" + AnyNode }, Expiries(AnyNode, null),
                CommandVerb.All);
        }

        WorkerOptions options = WorkerConfiguration.Load(config);
        ModelManifest manifest = Engines.OpenBundle(options.Model.Name, options.Model.Precision).Manifest;
        return new AsyncApiDocument(
            options.Node, Adapters.Broker(options.Mqtt, options.Node), Expiries(options.Node, options.Mqtt),
            [.. options.Commands.Allow.Select(name => CommandVerb.Find(name)!)])
        {
            PredictionContentType = options.Mqtt.Format == "cbor" ? PublishMessage.Cbor : PublishMessage.Json,
            Known = new Dictionary<string, string[]>
            {
                ["head"] = [.. manifest.Heads.Select(head => TopicName.Segment(head.Name))],
                ["sensor"] = [.. options.Sensors.Keys],
            },
        };
    }

    private static PredictionPublisherOptions Expiries(string node, MqttOptions? mqtt) => new()
    {
        Node = node,
        Epoch = 0,
        Version = Product.Version,
        PredictionExpiry = TimeSpan.FromSeconds((mqtt ?? new MqttOptions()).PredictionExpirySeconds),
    };
}
