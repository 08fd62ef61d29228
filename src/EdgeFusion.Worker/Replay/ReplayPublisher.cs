using System.Security.Cryptography;
using EdgeFusion.Inference;
using EdgeFusion.Linux.Mqtt;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Publishing;
using EdgeFusion.Time;
using EdgeFusion.Worker.Composition;

namespace EdgeFusion.Worker.Replay;

/// <summary>Publishes a replay's predictions; waits for the broker rather than lose any, since nobody is
/// late.</summary>
internal sealed class ReplayPublisher : IPredictionSink, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Outbox _outbox;
    private readonly PredictionPublisher _publisher;
    private readonly PipelineClock _clock = new(TimeProvider.System);
    private readonly CancellationToken _stopping;

    public ReplayPublisher(
        ReplayRequest request, ModelManifest manifest, EngineInfo? engine, CancellationToken stopping)
    {
        _stopping = stopping;
        Epoch = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))) & long.MaxValue;
        (string host, int port) = HostAndPort.Parse(request.PublishTo!);
        string node = request.Node;
        var options = new PredictionPublisherOptions
        {
            Node = node,
            Epoch = Epoch,
            Version = Product.Version,
            Encoding = PayloadFormats.From(request.PublishAs.Format),
            Heads = HeadPolicies.From(request.PublishAs.Heads),
        };
        _outbox = new Outbox(
            new MosquittoPublisher(new BrokerOptions { Host = host, Port = port, ClientId = "edgefusion-" + node }),
            _clock,
            StatusMessages.Create(new NodeTopics(node), node, Epoch, Product.Version));
        _publisher = new PredictionPublisher(manifest, engine, [], _outbox, _clock, options);
        _outbox.Start();
        WaitFor(
            () => _outbox.IsConnected, $"no broker answers at {host}:{port}; start one or give --publish HOST:PORT");
    }

    /// <summary>The run's epoch, for its predictions too: subscribers tell two replays apart by it.</summary>
    public long Epoch { get; }

    public string Name => "publisher";

    public void Write(Prediction prediction)
    {
        const long Enough = 1_000;
        _publisher.Write(prediction);
        if (_outbox.Counters.Waiting > Enough)
        {
            WaitFor(() => _outbox.Counters.Waiting < Enough / 2, "the broker does not take the predictions any more");
        }
    }

    public void Dispose()
    {
        try
        {
            WaitFor(() => _outbox.Counters.Waiting == 0, "the broker did not take the last predictions");
        }
        catch (TransportException failure)
        {
            Console.Error.WriteLine($"warning: {failure.Message}");
        }

        OutboxCounters counters = _outbox.Counters;
        Console.WriteLine($"published    {counters.Published} messages to {_outbox.Target}, {counters.Evicted} lost");
        _outbox.Dispose();
        _publisher.Dispose();
    }

    private void WaitFor(Func<bool> condition, string problem)
    {
        Timestamp limit = _clock.Now + Patience;
        while (!condition() && !_stopping.IsCancellationRequested)
        {
            if (_clock.Now > limit)
            {
                throw new TransportException($"Publishing failed: {problem}.");
            }

            _clock.WaitUntil(_clock.Now + TimeSpan.FromMilliseconds(2), _stopping);
        }
    }
}
