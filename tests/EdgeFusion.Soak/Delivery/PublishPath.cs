using System.Diagnostics;
using EdgeFusion.Linux.Mqtt;
using EdgeFusion.Predictions;
using EdgeFusion.Publishing;
using EdgeFusion.Publishing.Durable;
using EdgeFusion.Time;

namespace EdgeFusion.Soak.Delivery;

/// <summary>From a prediction to the broker's socket, through the log: how long it takes, and what it allocates.
/// </summary>
internal static class PublishPath
{
    private const int PerSecond = 200;
    private const int Predictions = 2_000;
    private const int WarmUp = 400;
    private const double PromisedMs = 1;

    public static List<Verdict> Run()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("edgefusion-path-");
        try
        {
            using var broker = new SoakBroker(folder.FullName);
            double best = double.MaxValue;
            double bytes = double.MaxValue;
            for (int round = 0; round < SoakPlan.Rounds; round++)
            {
                (double p99, double allocated) = Measure(
                    broker.Port, Path.Combine(folder.FullName, $"log-{round}"));
                best = Math.Min(best, p99);
                bytes = Math.Min(bytes, allocated);
            }

            return
            [
                Verdict.AtMost("prediction to the broker's socket, p99", best, PromisedMs, "ms"),
                Verdict.AtMost("allocated on the way, whole process", bytes, 1, "bytes per prediction"),
            ];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static (double P99, double Bytes) Measure(int port, string folder)
    {
        var clock = new PipelineClock(TimeProvider.System);
        using var transport = new StampedPublisher(
            new MosquittoPublisher(new BrokerOptions { Host = "127.0.0.1", Port = port, ClientId = "path" }),
            WarmUp + Predictions);
        using var outbox = new Outbox(
            transport, clock,
            StatusMessages.Create(new NodeTopics(DeliveryModel.Node), DeliveryModel.Node, 1, "soak"),
            new OutboxOptions
            {
                // State and heartbeats are for people, once a second: not what is measured here.
                HeartbeatInterval = TimeSpan.FromHours(1),
                Log = new OutboxLogOptions { Folder = folder, Flush = FlushPolicy.Interval },
            });
        using var publisher = new PredictionPublisher(
            DeliveryModel.Manifest, null, [], outbox, clock,
            new PredictionPublisherOptions { Node = DeliveryModel.Node, Epoch = 1, Version = "soak" });
        var made = new Prediction[WarmUp + Predictions];
        for (int i = 0; i < made.Length; i++)
        {
            made[i] = DeliveryModel.Prediction(1, i, clock.Now);
        }

        outbox.Start();
        SpinWait.SpinUntil(() => outbox.IsConnected, TimeSpan.FromSeconds(10));
        Publish(publisher, transport, clock, made.AsSpan(0, WarmUp));
        long before = GC.GetTotalAllocatedBytes(precise: true);
        Publish(publisher, transport, clock, made.AsSpan(WarmUp));
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        SpinWait.SpinUntil(() => outbox.Counters.Waiting == 0, TimeSpan.FromSeconds(10));
        return (transport.Percentile(WarmUp, 0.99), allocated / (double)Predictions);
    }

    private static void Publish(
        PredictionPublisher publisher, StampedPublisher transport, PipelineClock clock, Span<Prediction> predictions)
    {
        Timestamp begin = clock.Now;
        for (int i = 0; i < predictions.Length; i++)
        {
            transport.Begins(predictions[i].Sequence);
            publisher.Write(predictions[i]);
            clock.WaitUntil(begin + TimeSpan.FromSeconds((i + 1.0) / PerSecond), CancellationToken.None);
        }
    }

    /// <summary>Notes when each prediction has been handed to the socket.</summary>
    private sealed class StampedPublisher(IPublisher inner, int predictions) : IPublisher
    {
        private readonly long[] _begun = new long[predictions];
        private readonly double[] _tookMs = new double[predictions];

        public string Target => inner.Target;

        public bool IsConnected => inner.IsConnected;

        public int InFlight => inner.InFlight;

        public string? Refusal => inner.Refusal;

        public void Begins(long sequence) => Volatile.Write(ref _begun[sequence], Stopwatch.GetTimestamp());

        public double Percentile(int from, double part)
        {
            double[] sorted = _tookMs[from..];
            Array.Sort(sorted);
            return sorted[(int)(sorted.Length * part)];
        }

        public void Connect(PublishMessage? will, TimeSpan timeout, CancellationToken stopping) =>
            inner.Connect(will, timeout, stopping);

        public HandOver TryPublish(in PublishMessage message, long ticket)
        {
            HandOver result = inner.TryPublish(message, ticket);
            if (result == HandOver.Taken && message.Key is { } key && _tookMs[key.Sequence] == 0)
            {
                _tookMs[key.Sequence] =
                    Stopwatch.GetElapsedTime(Volatile.Read(ref _begun[key.Sequence])).TotalMilliseconds;
            }

            return result;
        }

        public void Pump(TimeSpan wait, IPublishReceipts receipts) => inner.Pump(wait, receipts);

        public void Wake() => inner.Wake();

        public void Disconnect() => inner.Disconnect();

        public void Dispose() => inner.Dispose();
    }
}
