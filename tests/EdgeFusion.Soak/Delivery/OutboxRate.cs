using System.Diagnostics;
using EdgeFusion.Linux.Mqtt;
using EdgeFusion.Publishing;
using EdgeFusion.Publishing.Durable;
using EdgeFusion.Time;

namespace EdgeFusion.Soak.Delivery;

/// <summary>How many predictions a second the outbox's log takes, flushed at intervals, without a broker.</summary>
internal static class OutboxRate
{
    private const int Messages = 100_000;
    private const int PayloadBytes = 1024;
    private const double Promised = 20_000;
    private const double PromisedMs = 1;

    public static IEnumerable<Verdict> Run()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("edgefusion-rate-");
        try
        {
            var took = new double[Messages];
            double seconds = Measure(folder.FullName, took);
            Array.Sort(took);
            return
            [
                Verdict.AtLeast("taken into the log, 1 KiB each", Messages / seconds, Promised, "predictions/s"),
                Verdict.AtMost("one taken into the log, p99", took[Messages * 99 / 100], PromisedMs, "ms"),
            ];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static double Measure(string folder, double[] took)
    {
        const int NobodyListens = 9;
        using var outbox = new Outbox(
            new MosquittoPublisher(new BrokerOptions
            {
                Host = "127.0.0.1",
                Port = NobodyListens,
                ClientId = "rate",
            }),
            new PipelineClock(TimeProvider.System),
            StatusMessages.Create(new NodeTopics(DeliveryModel.Node), DeliveryModel.Node, 1, "soak"),
            new OutboxOptions { Log = new OutboxLogOptions { Folder = folder } });
        outbox.Start();
        byte[] payload = new byte[PayloadBytes];
        long begin = Stopwatch.GetTimestamp();
        for (int i = 0; i < took.Length; i++)
        {
            long before = Stopwatch.GetTimestamp();
            outbox.Enqueue(new PublishMessage(
                DeliveryModel.Topic, payload, QualityOfService.AtLeastOnce, false, TimeSpan.FromSeconds(60),
                PublishMessage.Json)
            {
                Key = new MessageKey(1, i),
            });
            took[i] = Stopwatch.GetElapsedTime(before).TotalMilliseconds;
        }

        return Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }
}
