using System.Diagnostics;
using System.Globalization;
using EdgeFusion.Linux.Mqtt;
using EdgeFusion.Testing.Inference;
using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Live;
using EdgeFusion.Worker.Tests.EndToEnd;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeFusion.Worker.Tests.Contract;

/// <summary>A broker and a live node with a small model, which takes all commands.</summary>
internal sealed class ContractRig : IDisposable
{
    private readonly Scratch _scratch = new();
    private LiveSession _session;

    public ContractRig()
    {
        PartsModel.WriteTo(_scratch["parts"]);
        Broker = LocalBroker.StartPrivate(default);
        _session = Open("first.mcap");
    }

    public LocalBroker Broker { get; }

    public LiveSession Session => _session;

    public string this[string name] => _scratch[name];

    /// <summary>Starts, and waits for some predictions.</summary>
    public void Start(int predictions)
    {
        var collected = new CollectingSink(_session.Pipeline.Manifest);
        _session.Pipeline.AddSink(collected);
        _session.Start();
        collected.WaitFor(predictions, TimeSpan.FromSeconds(60));
    }

    /// <summary>Ends the run and opens the next one, over the same log.</summary>
    public void Restart()
    {
        _session.Dispose();
        _session = Open("second.mcap");
    }

    public void Say(string topic, string payload, string? responseTopic = null, params string[] more)
    {
        string[] response = responseTopic is null ? [] : ["-D", "publish", "response-topic", responseTopic];
        using Process process = Process.Start("mosquitto_pub",
        [
            "-V", "5", "-h", "127.0.0.1", "-p", Broker.Port.ToString(CultureInfo.InvariantCulture), "-q", "1", "-t",
            topic, "-m", payload, .. response, .. more,
        ]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    public void Dispose()
    {
        _session.Dispose();
        Broker.Dispose();
        _scratch.Dispose();
    }

    private LiveSession Open(string recording) => new(
        new WorkerOptions
        {
            Node = "test",
            Model = new ModelOptions { Name = _scratch["parts"], Providers = ["cpu"] },
            Mqtt = new MqttOptions { Host = Broker.Host, Port = Broker.Port },
            Outbox = new OutboxLimitOptions { Folder = _scratch["outbox"] },
            Commands = new CommandSettings
            {
                Allow = ["black_box", "label_start", "label_stop", "tare", "context", "reload"],
                PerSecond = 100,
            },
            Recording = new RecordingOptions { File = _scratch[recording], MinFreePercent = 0 },
            Simulator = new SimulatorOptions { Seed = 3 },
            Sensors = new[] { "wrist", "arm" }
                .ToDictionary(name => name, _ => new SensorOptions { Adapter = "simulator" }),
        },
        new LogObserver(NullLogger.Instance));
}
