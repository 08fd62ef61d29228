using EdgeFusion.Linux.Images;
using EdgeFusion.Linux.Mqtt;
using EdgeFusion.Pipeline;
using EdgeFusion.Publishing;
using EdgeFusion.Recording;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Composition;

/// <summary>
/// What this build offers, by name. Package adapters that are switched off leave a partial method without a body,
/// which the compiler removes together with its call.
/// </summary>
internal static partial class Adapters
{
    private const string NoPublisher = "none";

    /// <summary>A decoder for JPEG and PNG.</summary>
    public static IImageDecoder ImageDecoder() => new LinuxImageDecoder();

    /// <summary>The publisher that the configuration names; null for "none".</summary>
    /// <exception cref="ConfigurationException">There is none of that name in this build, or its settings are
    /// wrong.</exception>
    public static IPublisher? Publisher(WorkerOptions options)
    {
        if (options.Mqtt.Adapter == NoPublisher)
        {
            return null;
        }

        var catalog = new AdapterCatalog<WorkerOptions, IPublisher>("publisher");
        catalog.Add("mosquitto", Mosquitto);
        AddMqttNet(catalog);
        var brokers = new List<IPublisher> { catalog.Create(options.Mqtt.Adapter, options) };
        foreach (string fallback in options.Mqtt.Fallbacks)
        {
            (string host, int port) = HostAndPort.Parse(fallback);
            brokers.Add(catalog.Create(
                options.Mqtt.Adapter, options with { Mqtt = options.Mqtt with { Host = host, Port = port } }));
        }

        return brokers.Count == 1 ? brokers[0] : new FailoverPublisher(brokers);
    }

    static partial void AddMqttNet(AdapterCatalog<WorkerOptions, IPublisher> catalog);

    private static MosquittoPublisher Mosquitto(WorkerOptions options)
    {
        if (MosquittoPublisher.Probe() is { } obstacle)
        {
            throw new ConfigurationException(obstacle);
        }

        MqttOptions mqtt = options.Mqtt;
        return new MosquittoPublisher(new MosquittoOptions
        {
            Host = mqtt.Host,
            Port = mqtt.Port,
            ClientId = mqtt.ClientId.Length > 0 ? mqtt.ClientId : "edgefusion-" + options.Node,
            UserName = OrNull(mqtt.UserName),
            PasswordFile = OrNull(Credential.Path(mqtt.PasswordFile)),
            Tls = mqtt.Tls,
            CaFile = OrNull(mqtt.CaFile),
            CertificateFile = OrNull(mqtt.CertificateFile),
            KeyFile = OrNull(Credential.Path(mqtt.KeyFile)),
        });
    }

    private static string? OrNull(string text) => text.Length == 0 ? null : text;
}
