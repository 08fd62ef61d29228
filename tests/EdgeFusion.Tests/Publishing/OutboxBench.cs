using System.Globalization;
using System.Text;
using EdgeFusion.Publishing;
using EdgeFusion.Publishing.Commands;
using EdgeFusion.Publishing.Durable;
using EdgeFusion.Testing;
using EdgeFusion.Testing.Publishing;
using EdgeFusion.Time;
using Xunit;

namespace EdgeFusion.Tests.Publishing;

/// <summary>An outbox driven by hand over a broker in memory.</summary>
internal sealed class OutboxBench : IOutboxObserver
{
    public OutboxBench(OutboxOptions? options = null, int window = 20)
    {
        Clock = new PipelineClock(Time);
        Publisher = new LoopbackPublisher(Broker, Time, window);
        Outbox = new Outbox(Publisher, Clock, Status, options, this, new Random(1));
    }

    public static StatusMessages Status { get; } = new(State("online"), State("stopped"), State("lost"));

    public ManualTimeProvider Time { get; } = new();

    public LoopbackBroker Broker { get; } = new();

    public PipelineClock Clock { get; }

    public LoopbackPublisher Publisher { get; }

    public Outbox Outbox { get; }

    public List<string> Events { get; } = [];

    public static PublishMessage Message(int number, QualityOfService quality = QualityOfService.AtLeastOnce) => new(
        "p", Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture)), quality, false, TimeSpan.Zero,
        PublishMessage.Json);

    public static PublishMessage Retained(string topic, string payload, double expirySeconds = 0) => new(
        topic, Encoding.UTF8.GetBytes(payload), QualityOfService.AtLeastOnce, true,
        TimeSpan.FromSeconds(expirySeconds), PublishMessage.Json);

    /// <summary>Turns the crank; while connected each turn takes up to a millisecond of manual time.</summary>
    public void Step(int times = 1)
    {
        for (int i = 0; i < times; i++)
        {
            Outbox.Step(TimeSpan.FromMilliseconds(1));
            AssertCountersAddUp();
        }
    }

    /// <summary>Lets time pass as the outbox's thread would: steps, and waits for the next attempt.</summary>
    public void Run(TimeSpan time)
    {
        Timestamp end = Clock.Now + time;
        while (Clock.Now < end)
        {
            Timestamp next = Outbox.Step(TimeSpan.FromMilliseconds(10));
            AssertCountersAddUp();
            if (next > Clock.Now)
            {
                TimeSpan wait = (next < end ? next : end) - Clock.Now;
                Time.Advance(wait > TimeSpan.Zero ? wait : TimeSpan.FromTicks(1));
            }
        }
    }

    public void AssertCountersAddUp()
    {
        OutboxCounters counters = Outbox.Counters;
        Assert.Equal(counters.Enqueued, counters.Published + counters.Evicted + counters.Waiting);
        Assert.True(counters.Waiting >= 0 && counters.WaitingBytes >= 0);
    }

    public void Connected(string target, long waiting) => Events.Add("connected");

    public void Disconnected(string target, string reason) => Events.Add("disconnected");

    public void Overflowing(long waiting) => Events.Add("overflowing");

    public void OverflowEnded(long dropped) =>
        Events.Add(string.Create(CultureInfo.InvariantCulture, $"overflow ended {dropped}"));

    public void Recovered(OutboxRecovery recovery) => Events.Add(string.Create(
        CultureInfo.InvariantCulture, $"recovered {recovery.Waiting} lost {recovery.LostRecords}"));

    public void StorageChanged(string? problem) => Events.Add(problem is null ? "storage works" : "storage fails");

    public void Refused(string topic, string reason) => Events.Add($"refused {topic}: {reason}");

    public void CommandRefused(string topic, CommandRefusal reason, long refused) =>
        Events.Add($"refused {topic}: {reason}");

    public void CommandCarriedOut(string verb, string? fault) => Events.Add($"{verb}: {fault ?? "done"}");

    private static PublishMessage State(string state) => Retained("status", state);
}
