using System.Globalization;
using EdgeFusion.Linux.Mqtt;
using EdgeFusion.Publishing;
using EdgeFusion.Publishing.Durable;
using EdgeFusion.Time;

namespace EdgeFusion.Soak.Delivery;

/// <summary>The process that is killed: publishes made-up predictions, and notes how many its outbox has taken.
/// </summary>
internal static class DeliveryProducer
{
    public const string Verb = "delivery-producer";

    /// <summary>Arguments: port, folder, epoch, predictions per second (0 = only send what an earlier run left).
    /// </summary>
    public static int Run(string[] args)
    {
        int port = int.Parse(args[0], CultureInfo.InvariantCulture);
        string folder = args[1];
        long epoch = long.Parse(args[2], CultureInfo.InvariantCulture);
        int perSecond = int.Parse(args[3], CultureInfo.InvariantCulture);
        var clock = new PipelineClock(TimeProvider.System);
        var options = new OutboxOptions
        {
            HeartbeatInterval = TimeSpan.FromMilliseconds(200),
            Log = new OutboxLogOptions { Folder = Path.Combine(folder, "log"), BacklogPerSecond = 20_000 },
        };
        using var outbox = new Outbox(
            new MosquittoPublisher(new BrokerOptions
            {
                Host = "127.0.0.1",
                Port = port,
                ClientId = "edgefusion-soak",
            }),
            clock, StatusMessages.Create(new NodeTopics(DeliveryModel.Node), DeliveryModel.Node, epoch, "soak"),
            options);
        using var publisher = new PredictionPublisher(
            DeliveryModel.Manifest, null, [], outbox, clock,
            new PredictionPublisherOptions { Node = DeliveryModel.Node, Epoch = epoch, Version = "soak" });
        outbox.Start();
        using var stop = new CancellationTokenSource();
        using var onTerm = System.Runtime.InteropServices.PosixSignalRegistration.Create(
            System.Runtime.InteropServices.PosixSignal.SIGTERM, signal =>
            {
                signal.Cancel = true;
                stop.Cancel();
            });
        Produce(publisher, clock, Path.Combine(folder, Accepted(epoch)), epoch, perSecond, stop.Token);

        // Asked to stop, it sends what would end with the process, where the disk is full; then declares the rest.
        Timestamp end = clock.Now + TimeSpan.FromSeconds(60);
        while (outbox.Counters.Waiting > 0 && clock.Now < end)
        {
            clock.WaitUntil(clock.Now + options.HeartbeatInterval, CancellationToken.None);
        }

        clock.WaitUntil(clock.Now + (options.HeartbeatInterval * 3), CancellationToken.None);

        // Before the publisher, whose heartbeat it calls.
        outbox.Dispose();
        return 0;
    }

    /// <summary>Name of the file in which the number of predictions taken stands.</summary>
    public static string Accepted(long epoch) => string.Create(CultureInfo.InvariantCulture, $"accepted-{epoch}");

    private static void Produce(
        PredictionPublisher publisher, PipelineClock clock, string accepted, long epoch, int perSecond,
        CancellationToken stop)
    {
        if (perSecond == 0)
        {
            stop.WaitHandle.WaitOne();
            return;
        }

        // Written with one call to the system's memory, which a killed process leaves behind.
        using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(
            accepted, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        Timestamp begin = clock.Now;
        for (long i = 0; !stop.IsCancellationRequested; i++)
        {
            publisher.Write(DeliveryModel.Prediction(epoch, i, clock.Now));
            RandomAccess.Write(file, BitConverter.GetBytes(i + 1), 0);
            clock.WaitUntil(begin + TimeSpan.FromSeconds((i + 1.0) / perSecond), stop);
        }
    }
}
