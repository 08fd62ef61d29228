using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Publishing.Policies;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Publishing.Sparkplug;

/// <summary>What an edge node has to tell: its own metrics, a device per sensor, a device for the answers.</summary>
/// <remarks><b>Threading.</b> Under the session's lock.</remarks>
internal sealed class SparkplugMetrics
{
    /// <summary>The device that carries the answers.</summary>
    public const string FusionDevice = "fusion";

    /// <summary>Without a policy of its own a head is told on change, as the specification wants.</summary>
    private static readonly HeadPublishOptions OnChange =
        new() { Policy = PublishPolicy.OnChange, MaxInterval = TimeSpan.Zero };

    private readonly IReadOnlyList<ISensorHealth> _sensors;
    private readonly SparkplugDevice[] _sensorDevices;
    private readonly SparkplugDevice _fusion = new(FusionDevice);
    private readonly ChangeDetector[] _changes;
    private readonly SparkplugMetric[][] _heads;
    private readonly SparkplugMetric?[] _labels;
    private readonly SparkplugMetric _quality;
    private ulong _aliases;

    public SparkplugMetrics(
        ModelManifest manifest, IReadOnlyList<ISensorHealth> sensors,
        IReadOnlyDictionary<string, HeadPublishOptions> policies, string version, long milliseconds)
    {
        _sensors = sensors;
        BirthNumber = new SparkplugMetric("bdSeq", SparkplugType.Int64, 0);
        var rebirth = new SparkplugMetric(SparkplugCommand.Rebirth, SparkplugType.Boolean, 0);
        rebirth.Set(0, milliseconds);
        Node = [BirthNumber, rebirth];
        Fixed(Node, "Properties/Version", version, milliseconds);
        Fixed(Node, "Properties/Model", manifest.Name, milliseconds);
        Fixed(Node, "Properties/Model Version", manifest.Version, milliseconds);
        Fixed(Node, "Properties/Model SHA-256", manifest.Sha256, milliseconds);
        _quality = Add(Node, "Quality", SparkplugType.String);
        _sensorDevices = [.. Describe(sensors, milliseconds)];
        Devices = [_fusion, .. _sensorDevices];
        HeadPublishOptions[] found = HeadGates.Find(manifest, policies);
        _changes = new ChangeDetector[found.Length];
        _heads = new SparkplugMetric[found.Length][];
        _labels = new SparkplugMetric?[found.Length];
        for (int i = 0; i < found.Length; i++)
        {
            ModelHead head = manifest.Heads[i];
            _changes[i] = new ChangeDetector(
                head,
                found[i].Policy == PublishPolicy.OnChange ? found[i] with { MaxInterval = TimeSpan.Zero } : OnChange);
            _labels[i] = head.Kind == HeadKind.Classification
                ? Add(_fusion.Metrics, head.Name, SparkplugType.String)
                : null;
            _heads[i] = new SparkplugMetric[head.Labels.Length];
            for (int k = 0; k < _heads[i].Length; k++)
            {
                _heads[i][k] = Add(_fusion.Metrics, $"{head.Name}/{head.Labels[k]}", SparkplugType.Float);
            }
        }
    }

    /// <summary>The number that ties the node's death to its birth.</summary>
    public SparkplugMetric BirthNumber { get; }

    /// <summary>Metrics of the node itself.</summary>
    public List<SparkplugMetric> Node { get; }

    /// <summary>The answers' device, then one per sensor.</summary>
    public SparkplugDevice[] Devices { get; }

    /// <summary>Takes the answers that have changed.</summary>
    public void Take(Prediction prediction)
    {
        long at = Milliseconds(prediction.End);
        _quality.Set(Word(prediction.Quality), at);
        for (int i = 0; i < _heads.Length; i++)
        {
            HeadScores scores = prediction.Heads[i];
            if (_changes[i].Judge(prediction, scores) is not null)
            {
                Take(i, prediction, scores, at);
            }
        }
    }

    /// <summary>Looks at the sensors.</summary>
    public void LookAtSensors(Timestamp now)
    {
        for (int i = 0; i < _sensorDevices.Length; i++)
        {
            SparkplugDevice device = _sensorDevices[i];
            ISensorHealth sensor = _sensors[i];
            device.IsAlive = sensor.State == SensorState.Live;
            device.Metrics[0].Set(sensor.Restarts, Milliseconds(now));
            device.Metrics[1].Set(sensor.Rejected, Milliseconds(now));
        }
    }

    public static long Milliseconds(Timestamp at) => at.Nanoseconds / 1_000_000;

    private static string Word(PredictionQuality quality) => quality switch
    {
        PredictionQuality.Full => "full",
        PredictionQuality.Degraded => "degraded",
        PredictionQuality.NoInput => "no_input",
        PredictionQuality.NotFinite => "not_finite",
        _ => "engine_failed",
    };

    private void Take(int head, Prediction prediction, HeadScores scores, long at)
    {
        int quality = prediction.HasScores ? SparkplugPayload.Good : SparkplugPayload.Stale;
        if (prediction.HasScores)
        {
            _labels[head]?.Set(scores.BestLabel, at);
        }

        _labels[head]?.SetQuality(quality);
        for (int i = 0; i < _heads[head].Length; i++)
        {
            if (prediction.HasScores)
            {
                _heads[head][i].Set(scores.Values[i], at);
            }

            _heads[head][i].SetQuality(quality);
        }
    }

    private List<SparkplugDevice> Describe(IReadOnlyList<ISensorHealth> sensors, long milliseconds)
    {
        var devices = new List<SparkplugDevice>();
        foreach (ISensorHealth sensor in sensors)
        {
            if (string.Equals(sensor.Info.Name, FusionDevice, StringComparison.OrdinalIgnoreCase))
            {
                throw new ConfigurationException(
                    $"A sensor is called '{sensor.Info.Name}', which is the Sparkplug device of the answers. Give it "
                    + "another name.");
            }

            var device = new SparkplugDevice(TopicName.Segment(sensor.Info.Name)) { IsAlive = false };
            Add(device.Metrics, "Restarts", SparkplugType.Int64);
            Add(device.Metrics, "Rejected", SparkplugType.Int64);
            Fixed(device.Metrics, "Properties/Modality", sensor.Info.Modality, milliseconds);
            Add(device.Metrics, "Properties/Rate Hz", SparkplugType.Float).Set((float)sensor.Info.RateHz, milliseconds);
            devices.Add(device);
        }

        return devices;
    }

    private void Fixed(List<SparkplugMetric> metrics, string name, string value, long milliseconds) =>
        Add(metrics, name, SparkplugType.String).Set(value, milliseconds);

    private SparkplugMetric Add(List<SparkplugMetric> metrics, string name, SparkplugType type)
    {
        var metric = new SparkplugMetric(name, type, ++_aliases);
        metrics.Add(metric);
        return metric;
    }
}
