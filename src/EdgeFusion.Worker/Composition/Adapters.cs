using System.Globalization;
using EdgeFusion.Linux.Images;
using EdgeFusion.Linux.Media;
using EdgeFusion.Linux.Mqtt;
using EdgeFusion.Linux.Timing;
using EdgeFusion.Pipeline;
using EdgeFusion.Publishing;
using EdgeFusion.Recording;
using EdgeFusion.Sensing;
using EdgeFusion.Sensing.Channels;
using EdgeFusion.Time;
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

    /// <summary>A decoder for H.264 of recordings.</summary>
    /// <exception cref="RecordingException">This machine has none.</exception>
    public static IVideoDecoder VideoDecoder(FrameLayout layout) => new H264Decoder(layout);

    /// <summary>Waits for the instants of samples that are replayed in real time.</summary>
    public static IPacer Pacer() => new PrecisePacer();

    /// <summary>The publisher that the configuration names; null for "none".</summary>
    /// <exception cref="ConfigurationException">There is none of that name in this build, or its settings are
    /// wrong.</exception>
    public static IPublisher? Publisher(WorkerOptions options)
    {
        if (options.Mqtt.Adapter == NoPublisher)
        {
            return null;
        }

        var catalog = new AdapterCatalog<BrokerOptions, IPublisher>("publisher");
        catalog.Add("mosquitto", Mosquitto);
        AddMqttNet(catalog);
        BrokerOptions first = Broker(options.Mqtt, options.Node);
        var brokers = new List<IPublisher> { catalog.Create(options.Mqtt.Adapter, first) };
        foreach (string fallback in options.Mqtt.Fallbacks)
        {
            (string host, int port) = HostAndPort.Parse(fallback);
            brokers.Add(catalog.Create(options.Mqtt.Adapter, first with { Host = host, Port = port }));
        }

        return brokers.Count == 1 ? brokers[0] : new FailoverPublisher(brokers);
    }

    /// <summary>Sensors of the packages that this build has.</summary>
    public static void AddPackages(AdapterCatalog<(string Name, SensorOptions Options), ISensor> catalog)
    {
        AddOpenCvSharp(catalog);
        AddNAudio(catalog);
    }

    /// <summary>A serial line on the package System.IO.Ports; null where this build has none.</summary>
    /// <param name="device">The port.</param>
    /// <param name="baudRate">Bits per second.</param>
    /// <param name="parity">0 none, 1 even, 2 odd.</param>
    /// <param name="stopBits">1 or 2.</param>
    public static IByteEndpoint? SystemPort(string device, int baudRate, int parity, int stopBits)
    {
        IByteEndpoint? endpoint = null;
        UseSystemPort(device, baudRate, parity, stopBits, ref endpoint);
        return endpoint;
    }

    /// <summary>A broker inside this process with its port on 127.0.0.1; null where this build has none.</summary>
    public static (IDisposable Broker, int Port)? EmbeddedBroker()
    {
        (IDisposable Broker, int Port)? started = null;
        StartBroker(ref started);
        return started;
    }

    /// <summary>Whether this build can send metrics to a collector.</summary>
    public static bool HasExporter
    {
        get
        {
            bool has = false;
            FindExporter(ref has);
            return has;
        }
    }

    /// <summary>Begins to send metrics and traces; null where this build cannot.</summary>
    /// <param name="options">The configuration.</param>
    /// <param name="changed">Told once per episode why nothing arrives, and null when it does again.</param>
    public static IDisposable? Export(WorkerOptions options, Action<string?> changed)
    {
        IDisposable? export = null;
        StartExport(options, changed, ref export);
        return export;
    }

    static partial void StartBroker(ref (IDisposable Broker, int Port)? started);

    static partial void FindExporter(ref bool has);

    static partial void StartExport(WorkerOptions options, Action<string?> changed, ref IDisposable? export);

    static partial void AddOpenCvSharp(AdapterCatalog<(string Name, SensorOptions Options), ISensor> catalog);

    static partial void AddNAudio(AdapterCatalog<(string Name, SensorOptions Options), ISensor> catalog);

    static partial void UseSystemPort(
        string device, int baudRate, int parity, int stopBits, ref IByteEndpoint? endpoint);

    static partial void AddMqttNet(AdapterCatalog<BrokerOptions, IPublisher> catalog);

    private static MosquittoPublisher Mosquitto(BrokerOptions broker) =>
        MosquittoPublisher.Probe() is { } obstacle
            ? throw new ConfigurationException(obstacle)
            : new MosquittoPublisher(broker);

    /// <summary>The configured broker in the words of its clients.</summary>
    public static BrokerOptions Broker(MqttOptions mqtt, string node) => new()
    {
        Host = mqtt.Host,
        Port = mqtt.Port,
        ClientId = mqtt.ClientId.Length > 0 ? mqtt.ClientId : "edgefusion-" + node,
        UserName = OrNull(mqtt.UserName),
        PasswordFile = OrNull(Credential.Path(mqtt.PasswordFile)),
        Tls = mqtt.Tls,
        CaFile = OrNull(mqtt.CaFile),
        CertificateFile = OrNull(mqtt.CertificateFile),
        KeyFile = OrNull(Credential.Path(mqtt.KeyFile)),
        UserProperties = new Dictionary<string, string>
        {
            ["schema"] = PredictionFormat.SchemaVersion.ToString(CultureInfo.InvariantCulture),
        },
    };

    private static string? OrNull(string text) => text.Length == 0 ? null : text;
}
