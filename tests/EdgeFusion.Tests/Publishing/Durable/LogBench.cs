using System.Globalization;
using System.Text;
using EdgeFusion.Publishing;
using EdgeFusion.Publishing.Durable;
using EdgeFusion.Testing;
using EdgeFusion.Testing.Publishing;
using EdgeFusion.Time;

namespace EdgeFusion.Tests.Publishing.Durable;

/// <summary>A folder for a log, and outboxes over it that can be crashed and started again.</summary>
internal sealed class LogBench : IDisposable
{
    public const long Epoch = 7;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("edgefusion-test-log-");

    public LogBench() => Clock = new PipelineClock(Time);

    public string Folder => Path.Combine(_folder.FullName, "log");

    public ManualTimeProvider Time { get; } = new();

    public LoopbackBroker Broker { get; } = new();

    public PipelineClock Clock { get; }

    public static PublishMessage Message(long number, long epoch = Epoch, int padding = 0) => new(
        "p", Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture) + new string(' ', padding)),
        QualityOfService.AtLeastOnce, false, TimeSpan.FromSeconds(60), PublishMessage.Json)
    {
        Key = new MessageKey(epoch, number),
    };

    public OutboxOptions Options(long maxBytes = 1 << 20, int perSecond = 1000) => new()
    {
        Log = new OutboxLogOptions
        {
            Folder = Folder,
            Flush = FlushPolicy.None,
            MaxBytes = maxBytes,
            BacklogPerSecond = perSecond,
        },
    };

    public Outbox Open(OutboxOptions? options = null, IOutboxObserver? observer = null) => new(
        new LoopbackPublisher(Broker, Time), Clock, OutboxBench.Status, options ?? Options(), observer, new Random(1));

    /// <summary>What a killed process leaves: the files as they are, the lock gone.</summary>
    public void Crash(Outbox outbox)
    {
        string copy = Folder + "-copy";
        Directory.CreateDirectory(copy);
        foreach (string file in Files())
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        outbox.Dispose();
        Directory.Delete(Folder, recursive: true);
        Directory.Move(copy, Folder);
    }

    public string[] Files()
    {
        string[] files = Directory.GetFiles(Folder, "outbox-*.log");
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    /// <summary>Runs until nothing waits, or the time is over.</summary>
    public void Run(Outbox outbox, double seconds = 60)
    {
        Timestamp end = Clock.Now + TimeSpan.FromSeconds(seconds);
        while (Clock.Now < end && (outbox.Counters.Waiting > 0 || !outbox.IsConnected))
        {
            Turn(outbox);
        }
    }

    public void Turn(Outbox outbox)
    {
        Timestamp next = outbox.Step(TimeSpan.FromMilliseconds(10));
        if (next > Clock.Now)
        {
            Time.Advance(next - Clock.Now);
        }
    }

    /// <summary>The numbers received, in order.</summary>
    public int[] Numbers() =>
    [
        .. Broker.On("p").Select(
            text => int.Parse(text, NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture)),
    ];

    public static void Send(Outbox outbox, int from, int count, int padding = 0)
    {
        for (int i = from; i < from + count; i++)
        {
            outbox.Enqueue(Message(i, padding: padding));
        }
    }

    public static void AssertAddsUp(Outbox outbox)
    {
        OutboxCounters counters = outbox.Counters;
        Xunit.Assert.Equal(counters.Enqueued, counters.Published + counters.Evicted + counters.Waiting);
        Xunit.Assert.True(counters.Waiting >= 0 && counters.WaitingBytes >= 0);
    }

    public void Dispose()
    {
        _folder.Delete(recursive: true);
    }
}
