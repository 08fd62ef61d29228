using System.Diagnostics;
using System.Globalization;
using EdgeFusion.Linux.Mqtt;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Publishing;
using EdgeFusion.Publishing.Policies;
using EdgeFusion.Publishing.Sparkplug;
using EdgeFusion.Sensing;
using EdgeFusion.Testing;
using EdgeFusion.Testing.Payloads;
using EdgeFusion.Time;

namespace EdgeFusion.Linux.Tests.Mqtt.Sparkplug;

/// <summary>
/// One life of an edge node over a real broker, seen by a host: births, data, a sensor lost and found, a rebirth, a
/// clean end, and a second connection whose process is cut off.
/// </summary>
public sealed class SparkplugRun
{
    private static readonly ModelManifest Manifest = new()
    {
        Schema = 1,
        Name = "m",
        Version = "1.2.0",
        Sha256 = new string('a', 64),
        Window = new WindowShape(1_000_000_000, 100_000_000, 60_000_000),
        Inputs =
        [
            new ModelInput
            {
                Tensor = "force",
                Modality = "force",
                Kind = InputKind.Vector,
                Type = TensorType.Float32,
                Shape = [1, 500, 6],
                Layout = "NTC",
                RateHz = 500,
            },
        ],
        Mask = new MaskInput("avail"),
        Heads =
        [
            new ModelHead
            {
                Name = "colour",
                Kind = HeadKind.Classification,
                Tensor = "logits",
                Labels = ["red", "green"],
            },
        ],
    };

    private readonly FakeSensor _wrist = new("wrist");
    private readonly FakeSensor _arm = new("arm") { State = SensorState.Starting };
    private readonly Prediction _prediction = new(Manifest);

    /// <summary>Lives the life once for all tests.</summary>
    public SparkplugRun()
    {
        Obstacle = NeedsLibraryFactAttribute.WhyNot("libmosquitto.so.1")
            ?? NeedsProgramFactAttribute.WhyNot("mosquitto")
            ?? NeedsProgramFactAttribute.WhyNot("mosquitto_sub") ?? NeedsProgramFactAttribute.WhyNot("node")
            ?? OtherPayloadReader.Obstacle();
        if (Obstacle is null)
        {
            using var broker = new TestBroker();
            using var host = new SparkplugHost(broker.Port);
            FirstLife(broker, host);
            EndOfFirst = host.Kinds.Length;
            SecondLife(broker, host);
            Messages = host.Decode();
        }
    }

    /// <summary>Why there was no life; null where there was one.</summary>
    public string? Obstacle { get; }

    /// <summary>Everything that the host has seen.</summary>
    internal SparkplugMessage[] Messages { get; } = [];

    /// <summary>How many of the messages belong to the first connection.</summary>
    internal int EndOfFirst { get; }

    private string StateFile { get; } = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    private void FirstLife(TestBroker broker, SparkplugHost host)
    {
        using SparkplugNode node = Start(broker.Port);
        Until(host, "DBIRTH/cell/wrist", 1);
        Predict(node, 0.9f);
        Until(host, "DDATA/cell/fusion", 1);
        Predict(node, 0.9f);
        Predict(node, 0.2f);
        Until(host, "DDATA/cell/fusion", 2);
        _arm.State = SensorState.Live;
        Until(host, "DBIRTH/cell/arm", 1);
        _wrist.State = SensorState.Faulted;
        Until(host, "DDEATH/cell/wrist", 1);
        _wrist.State = SensorState.Live;
        Until(host, "DBIRTH/cell/wrist", 2);
        Command(broker, "12180A144E6F646520436F6E74726F6C2F526562697274687001");
        Until(host, "DBIRTH/cell/arm", 2);
        Predict(node, 0.9f);
        Until(host, "DDATA/cell/fusion", 3);
        Predict(node, 0.9f, PredictionQuality.NoInput);
        Until(host, "DDATA/cell/fusion", 4);
        node.Dispose();
        Until(host, "NDEATH/cell", 2);
    }

    private void SecondLife(TestBroker broker, SparkplugHost host)
    {
        using var relay = new TcpRelay(broker.Port);
        using SparkplugNode node = Start(relay.Port);
        Until(host, "DBIRTH/cell/arm", 3);
        relay.Dispose();
        Until(host, "NDEATH/cell", 3);
        File.Delete(StateFile);
    }

    private static void Until(SparkplugHost host, string kind, int count) => Waiting.Until(
        () => host.Kinds.Count(seen => seen == kind) >= count,
        $"no {kind} number {count}", seconds: 60);

    private static void Command(TestBroker broker, string hex)
    {
        using Process pub = Process.Start(new ProcessStartInfo("mosquitto_pub",
        [
            "-h", "127.0.0.1", "-p", broker.Port.ToString(CultureInfo.InvariantCulture), "-t",
            "spBv1.0/EdgeFusion/NCMD/cell", "-s",
        ])
        { RedirectStandardInput = true, UseShellExecute = false })!;
        pub.StandardInput.BaseStream.Write(Convert.FromHexString(hex));
        pub.StandardInput.Close();
        pub.WaitForExit();
    }

    private SparkplugNode Start(int port)
    {
        var node = new SparkplugNode(
            Manifest, [_wrist, _arm], new Dictionary<string, HeadPublishOptions>(),
            new MosquittoPublisher(new BrokerOptions { Host = "127.0.0.1", Port = port, ClientId = "sparkplug-test" }),
            new PipelineClock(TimeProvider.System),
            new SparkplugOptions { EdgeNode = "cell", StateFile = StateFile, Version = "0.1.0" });
        node.Start();
        return node;
    }

    private void Predict(SparkplugNode node, float red, PredictionQuality quality = PredictionQuality.Full)
    {
        _prediction.End = new Timestamp(1_767_225_600_000_000_000).AddNanoseconds(_prediction.Sequence++ * 100_000_000);
        _prediction.Quality = quality;
        _prediction.Heads[0].Values[0] = red;
        _prediction.Heads[0].Values[1] = 1 - red;
        _prediction.Heads[0].Best = red > 0.5f ? 0 : 1;
        node.Write(_prediction);
    }

    private sealed class FakeSensor(string name) : ISensorHealth
    {
        private volatile SensorState _state = SensorState.Live;

        public SensorInfo Info { get; } = new()
        {
            Name = name,
            Modality = "force",
            Layout = VectorLayout.Uniform(6, "f", "N"),
            RateHz = 500,
        };

        public SensorState State
        {
            get => _state;
            set => _state = value;
        }

        public long Taken => 0;

        public long Rejected => 0;

        public long Overwritten => 0;

        public long Restarts => 0;

        public Timestamp? LastArrival => null;
    }
}
