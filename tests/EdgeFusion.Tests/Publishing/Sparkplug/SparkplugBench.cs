using System.Text;
using EdgeFusion.Predictions;
using EdgeFusion.Publishing;
using EdgeFusion.Publishing.Policies;
using EdgeFusion.Publishing.Sparkplug;
using EdgeFusion.Sensing;
using EdgeFusion.Testing;
using EdgeFusion.Testing.Publishing;
using EdgeFusion.Time;

namespace EdgeFusion.Tests.Publishing.Sparkplug;

/// <summary>An edge node driven by hand over a broker in memory.</summary>
internal sealed class SparkplugBench : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    private readonly Prediction _prediction = PredictionBench.Prediction(PredictionQuality.Full);

    public SparkplugBench(string primaryHost = "")
    {
        var clock = new PipelineClock(Time);
        Publisher = new LoopbackPublisher(Broker, Time)
        {
            OnPublish = message => Sent.Add((message.Topic, message.Payload.ToArray())),
        };
        var options = new SparkplugOptions
        {
            EdgeNode = "cell",
            PrimaryHost = primaryHost,
            StateFile = _file,
            Version = "1",
        };
        var metrics = new SparkplugMetrics(
            PredictionBench.Manifest, [Sensor], new Dictionary<string, HeadPublishOptions>(), "1", 0);
        Session = new SparkplugSession(Publisher, clock, metrics, options, new Random(1), null);
    }

    public ManualTimeProvider Time { get; } = new();

    public LoopbackBroker Broker { get; } = new();

    public LoopbackPublisher Publisher { get; }

    public SparkplugSession Session { get; }

    public FakeSensor Sensor { get; } = new();

    public List<(string Topic, byte[] Payload)> Sent { get; } = [];

    /// <summary>Kinds of messages sent since the last call.</summary>
    public string Kinds()
    {
        string kinds = string.Join(' ', Sent.Select(message => message.Topic.Split('/')[2]));
        Sent.Clear();
        return kinds;
    }

    public void Step(int times = 1)
    {
        for (int i = 0; i < times; i++)
        {
            Session.Step(TimeSpan.FromMilliseconds(10), default);
            Time.Advance(TimeSpan.FromMilliseconds(10));
        }
    }

    public void Predict(float score)
    {
        _prediction.End = _prediction.End.AddNanoseconds(100_000_000);
        _prediction.Heads[0].Values[0] = score;
        _prediction.Heads[0].Values[1] = 1 - score;
        _prediction.Heads[0].Best = score >= 0.5f ? 0 : 1;
        Session.Take(_prediction);
    }

    public void Host(bool online, long timestamp) => Publisher.Say(new InboundMessage(
        "spBv1.0/STATE/scada",
        Encoding.UTF8.GetBytes($"{{\"online\":{(online ? "true" : "false")},\"timestamp\":{timestamp}}}"), true, null,
        default));

    public void Command(string hex, bool retained = false) => Publisher.Say(new InboundMessage(
        "spBv1.0/EdgeFusion/NCMD/cell", Convert.FromHexString(hex), retained, null, default));

    public void Dispose() => File.Delete(_file);

    /// <summary>A sensor whose state the test sets.</summary>
    internal sealed class FakeSensor : ISensorHealth
    {
        public SensorInfo Info { get; } = new()
        {
            Name = "wrist",
            Modality = "force",
            Layout = VectorLayout.Uniform(6, "f", "N"),
            RateHz = 500,
        };

        public SensorState State { get; set; } = SensorState.Live;

        public long Taken => 0;

        public long Rejected => 0;

        public long Overwritten => 0;

        public long Restarts => 0;

        public Timestamp? LastArrival => null;
    }
}
