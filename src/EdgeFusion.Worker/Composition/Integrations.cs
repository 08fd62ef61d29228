using EdgeFusion.Models;
using EdgeFusion.Publishing;
using EdgeFusion.Publishing.HomeAssistant;
using EdgeFusion.Publishing.Sparkplug;
using EdgeFusion.Time;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Composition;

/// <summary>What others than our own subscribers want: Home Assistant and Sparkplug B.</summary>
internal static class Integrations
{
    /// <summary>What Home Assistant's discovery may be.</summary>
    public static readonly string[] Discoveries = ["off", "on", "remove"];

    /// <summary>Announces the node to Home Assistant, or takes it back, where that is wanted.</summary>
    public static void AnnounceToHomeAssistant(
        WorkerOptions options, ModelManifest manifest, IReadOnlyList<ISensorHealth> sensors, Outbox outbox,
        PredictionPublisherOptions publishing)
    {
        if (options.HomeAssistant.Discovery == "off")
        {
            return;
        }

        HomeAssistantDiscovery.Announce(
            manifest, sensors, outbox, publishing,
            new HomeAssistantOptions
            {
                Prefix = options.HomeAssistant.Prefix,
                Remove = options.HomeAssistant.Discovery == "remove",
            });
    }

    /// <summary>The Sparkplug edge node; null where none is wanted.</summary>
    public static SparkplugNode? Sparkplug(
        WorkerOptions options, ModelManifest manifest, IReadOnlyList<ISensorHealth> sensors, PipelineClock clock,
        IOutboxObserver observer)
    {
        if (!options.Sparkplug.Enabled)
        {
            return null;
        }

        string client = options.Mqtt.ClientId.Length > 0 ? options.Mqtt.ClientId : "edgefusion-" + options.Node;
        IPublisher? publisher = Adapters.Publisher(
            options with { Mqtt = options.Mqtt with { ClientId = client + "-sparkplug" } });
        return publisher is null
            ? null
            : new SparkplugNode(
                manifest, sensors, HeadPolicies.From(options.Mqtt.Heads), publisher, clock, From(options), observer);
    }

    /// <summary>The settings in the words of the edge node.</summary>
    public static SparkplugOptions From(WorkerOptions options) => new()
    {
        Group = options.Sparkplug.Group,
        EdgeNode = options.Sparkplug.EdgeNode.Length > 0 ? options.Sparkplug.EdgeNode : options.Node,
        PrimaryHost = options.Sparkplug.PrimaryHost,
        StateFile = options.Sparkplug.StateFile,
        Version = Product.Version,
    };
}
