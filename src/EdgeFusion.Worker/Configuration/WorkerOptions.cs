namespace EdgeFusion.Worker.Configuration;

/// <summary>Everything that config/edgefusion.json can say. Keys are the property names; see
/// config/README.md.</summary>
internal sealed record WorkerOptions
{
    /// <summary>Name of this node in topics and payloads: 1-64 of a-z A-Z 0-9 - _ . (default "cell").</summary>
    public string Node { get; init; } = "cell";

    /// <summary>The model and how it is run.</summary>
    public ModelOptions Model { get; init; } = new();

    /// <summary>The sensors, by name.</summary>
    public Dictionary<string, SensorOptions> Sensors { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Silence and restart limits of all sensors.</summary>
    public SensorLimitOptions SensorLimits { get; init; } = new();

    /// <summary>Start although an input of the model has no sensor; it is then always missing. Default false.</summary>
    public bool AllowMissingSensors { get; init; }

    /// <summary>
    /// What the model is told besides its sensors, by name of the manifest's context, e.g. "behaviour": "grasp"; empty
    /// or absent = unknown.
    /// </summary>
    public Dictionary<string, string> Context { get; init; } = new(StringComparer.Ordinal);

    /// <summary>What each sensor contributed to an answer.</summary>
    public ExplainOptions Explain { get; init; } = new();

    /// <summary>The broker.</summary>
    public MqttOptions Mqtt { get; init; } = new();

    /// <summary>Home Assistant's discovery.</summary>
    public HomeAssistantSettings HomeAssistant { get; init; } = new();

    /// <summary>The Sparkplug B edge node.</summary>
    public SparkplugSettings Sparkplug { get; init; } = new();

    /// <summary>The queue in front of the broker.</summary>
    public OutboxLimitOptions Outbox { get; init; } = new();

    /// <summary>What the node can be told to do by MQTT.</summary>
    public CommandSettings Commands { get; init; } = new();

    /// <summary>The live page.</summary>
    public DashboardOptions Dashboard { get; init; } = new();

    /// <summary>Recording of the run.</summary>
    public RecordingOptions Recording { get; init; } = new();

    /// <summary>The log.</summary>
    public LogOptions Log { get; init; } = new();

    /// <summary>Metrics and traces to a collector.</summary>
    public TelemetryOptions Telemetry { get; init; } = new();

    /// <summary>The simulated work cell behind sensors of adapter "simulator".</summary>
    public SimulatorOptions Simulator { get; init; } = new();
}

/// <summary>The model and how it is run.</summary>
internal sealed record ModelOptions
{
    /// <summary>Name in the models folder, or path of a model's folder. Default "workcell".</summary>
    public string Name { get; init; } = "workcell";

    /// <summary>Providers in order: auto (= tensorrt, cuda, cpu), or some of these three. Default auto.</summary>
    public string[] Providers { get; init; } = [];

    /// <summary>Number of the GPU. Default 0.</summary>
    public int DeviceId { get; init; }

    /// <summary>Threads within an operator on the CPU, 1..64. Default 1.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>fp32 (default), or fp16 or int8 where the model's manifest has that variant.</summary>
    public string Precision { get; init; } = "fp32";

    /// <summary>
    /// auto (default): encoders and fusing graph where the model has them, so that a missing sensor saves its encoder
    /// and explanations are cheap; whole or split: that and nothing else.
    /// </summary>
    public string Graph { get; init; } = "auto";

    /// <summary>Half precision where the provider offers it. Default false.</summary>
    public bool HalfPrecision { get; init; }

    /// <summary>Folder for compiled engines; empty = none (default).</summary>
    public string CacheFolder { get; init; } = "";

    /// <summary>Candidate model that answers the same windows beside the live one; empty (default) = none.</summary>
    public string Shadow { get; init; } = "";
}

/// <summary>What each sensor contributed to an answer.</summary>
internal sealed record ExplainOptions
{
    /// <summary>
    /// Explain every so many windows, 0..1000000; 0 (default) = none. Costs one more run of the model per sensor before
    /// the prediction is handed out; left out where the next window would have to wait.
    /// </summary>
    public int Every { get; init; }
}

/// <summary>One sensor.</summary>
internal sealed record SensorOptions
{
    /// <summary>Adapter: simulator, replay, or a device's (config/README.md lists them).</summary>
    public string Adapter { get; init; } = "";

    /// <summary>Modality, where it should differ from the adapter's own. Default empty = the adapter's.</summary>
    public string Modality { get; init; } = "";

    /// <summary>Settings of the adapter, e.g. Source for the simulator, File and Topic for a replay.</summary>
    public Dictionary<string, string> Settings { get; init; } = new(StringComparer.Ordinal);
}

/// <summary>Limits of all sensors.</summary>
internal sealed record SensorLimitOptions
{
    /// <summary>Silence in ms after which a sensor is stale; 0 (default) = max(3 periods, 50 ms; images 250
    /// ms).</summary>
    public double StaleAfterMs { get; init; }

    /// <summary>How far in ms a capture time may lie after its arrival. Default 5.</summary>
    public double FutureToleranceMs { get; init; } = 5;

    /// <summary>Longest pause in s between attempts to open a device. Default 1.</summary>
    public double LongestBackoffSeconds { get; init; } = 1;
}

/// <summary>The broker.</summary>
internal sealed record MqttOptions
{
    /// <summary>Adapter: mosquitto, mqttnet (package builds), or none to publish nothing. Default mosquitto.</summary>
    public string Adapter { get; init; } = "mosquitto";

    /// <summary>Host name or address. Default localhost.</summary>
    public string Host { get; init; } = "localhost";

    /// <summary>Port 1..65535. Default 1883.</summary>
    public int Port { get; init; } = 1883;

    /// <summary>Further brokers, HOST or HOST:PORT, tried in order where one does not answer. Default none.</summary>
    public string[] Fallbacks { get; init; } = [];

    /// <summary>Client id; empty (default) = "edgefusion-" + Node.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>User name; empty (default) = anonymous.</summary>
    public string UserName { get; init; } = "";

    /// <summary>File whose first line is the password, or credential:NAME of systemd. Never the password itself.
    /// </summary>
    public string PasswordFile { get; init; } = "";

    /// <summary>Use TLS 1.2 or later. Default false.</summary>
    public bool Tls { get; init; }

    /// <summary>PEM file of the authorities to trust; empty = the system's.</summary>
    public string CaFile { get; init; } = "";

    /// <summary>PEM file of this client's certificate.</summary>
    public string CertificateFile { get; init; } = "";

    /// <summary>PEM file of this client's private key, or credential:NAME of systemd.</summary>
    public string KeyFile { get; init; } = "";

    /// <summary>Allow a connection without TLS to another machine. Default false.</summary>
    public bool AllowPlaintext { get; init; }

    /// <summary>What lies between: local (default), a broker that is tried again every second at the latest, or wan, a
    /// paid wide-area link that is given 10 s to answer and up to 30 s of rest.</summary>
    public string Link { get; init; } = "local";

    /// <summary>How long in s a prediction is worth delivering. Default 60.</summary>
    public double PredictionExpirySeconds { get; init; } = 60;

    /// <summary>How predictions are written: json (default) or cbor. All else is JSON.</summary>
    public string Format { get; init; } = "json";

    /// <summary>What of each head is published, by its name; "*" for all that are not named. Default: every window.
    /// </summary>
    public Dictionary<string, HeadOptions> Heads { get; init; } = new(StringComparer.Ordinal);
}

/// <summary>The queue in front of the broker.</summary>
internal sealed record OutboxLimitOptions
{
    /// <summary>Most messages that wait. Default 10000.</summary>
    public int MaxMessages { get; init; } = 10_000;

    /// <summary>Most bytes that wait. Default 16 MiB.</summary>
    public int MaxBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Folder of the log in which predictions survive a crash; empty (default) = memory only.</summary>
    public string Folder { get; init; } = "";

    /// <summary>Most bytes of the log. Default 256 MiB.</summary>
    public long DiskBytes { get; init; } = 256L << 20;

    /// <summary>Longest time in h that the log keeps a message, sent or not. Default 24.</summary>
    public double MaxAgeHours { get; init; } = 24;

    /// <summary>When the log is forced to the disk: none, interval or always. Default interval.</summary>
    public string Fsync { get; init; } = "interval";

    /// <summary>Interval in ms; what a power cut can cost. Default 100.</summary>
    public double FsyncIntervalMs { get; init; } = 100;

    /// <summary>Most messages per second from the backlog and for replays. Default 1000.</summary>
    public int BacklogPerSecond { get; init; } = 1000;
}

/// <summary>The simulated work cell.</summary>
internal sealed record SimulatorOptions
{
    /// <summary>Decides everything that is random. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Objects handled, 15 s each; 0 (default) = without end.</summary>
    public long Episodes { get; init; }

    /// <summary>0 clean, 1 as in the field (default), up to 3.</summary>
    public double Difficulty { get; init; } = 1;

    /// <summary>
    /// Faults by sensor source: "arm:mute:5:10" = the arm is mute from 5 s to 15 s. Kinds: mute, stuck, late, garbage.
    /// </summary>
    public string[] Faults { get; init; } = [];
}
