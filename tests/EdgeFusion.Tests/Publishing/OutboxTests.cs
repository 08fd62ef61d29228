using EdgeFusion.Publishing;
using EdgeFusion.Testing;
using EdgeFusion.Time;
using Xunit;

namespace EdgeFusion.Tests.Publishing;

public sealed class OutboxTests
{
    [Fact]
    public void Status_comes_first_then_the_other_state_then_the_backlog_oldest_first()
    {
        var bench = new OutboxBench();
        bench.Outbox.Enqueue(OutboxBench.Message(1));
        bench.Outbox.Enqueue(OutboxBench.Retained("info", "i"), OutboxPolicy.KeepLast);
        bench.Outbox.Enqueue(OutboxBench.Message(2));

        bench.Step();

        Assert.Equal(["status", "info", "p", "p"], bench.Broker.Received.Select(m => m.Topic));
        Assert.Equal(["1", "2"], bench.Broker.On("p"));
    }

    [Fact]
    public void Broker_absent_at_start_costs_nothing_but_the_wait()
    {
        var bench = new OutboxBench();
        bench.Broker.IsUp = false;
        bench.Outbox.Enqueue(OutboxBench.Message(1));
        bench.Run(TimeSpan.FromSeconds(60));
        bench.Broker.IsUp = true;
        Timestamp back = bench.Clock.Now;

        while (bench.Broker.On("p").Count == 0)
        {
            bench.Run(TimeSpan.FromMilliseconds(1));
        }

        Assert.True(bench.Clock.Now - back <= TimeSpan.FromSeconds(1.1));
        Assert.InRange(bench.Publisher.Attempts, 60, 130);
        Assert.Equal(["disconnected", "connected"], bench.Events);
    }

    [Fact]
    public void Retained_state_is_repeated_on_each_connection_and_counted()
    {
        var bench = new OutboxBench();
        bench.Outbox.Enqueue(OutboxBench.Retained("info", "i"), OutboxPolicy.KeepLast);
        bench.Outbox.Enqueue(OutboxBench.Retained("old", "o", expirySeconds: 30), OutboxPolicy.KeepLast);
        bench.Step(3);

        bench.Broker.Kill();
        bench.Run(TimeSpan.FromSeconds(31));
        bench.Broker.IsUp = true;
        bench.Run(TimeSpan.FromSeconds(2));

        Assert.Equal("online", bench.Broker.Retained("status"));
        Assert.Equal("i", bench.Broker.Retained("info"));
        Assert.Null(bench.Broker.Retained("old"));
        Assert.Equal(5, bench.Outbox.Counters.Enqueued);
        Assert.Equal(5, bench.Outbox.Counters.Published);
        Assert.Equal(1, bench.Outbox.Counters.Reconnects);
    }

    [Fact]
    public void Unacknowledged_messages_are_sent_again_in_order_after_a_break()
    {
        var bench = new OutboxBench();
        bench.Step(2);
        bench.Broker.IsHung = true;
        bench.Outbox.Enqueue(OutboxBench.Message(1));
        bench.Outbox.Enqueue(OutboxBench.Message(2));
        bench.Step();
        bench.Broker.DropConnections();
        bench.Step();
        bench.Broker.IsHung = false;

        bench.Outbox.Enqueue(OutboxBench.Message(3));
        bench.Run(TimeSpan.FromSeconds(2));

        Assert.Equal(["1", "2", "3"], bench.Broker.On("p"));
        Assert.Equal(1, bench.Outbox.Counters.Repeated);
        Assert.Equal(0, bench.Outbox.Counters.Waiting);
    }

    [Fact]
    public void Full_outbox_drops_the_oldest_counts_them_and_reports_the_episode_once()
    {
        var bench = new OutboxBench(new OutboxOptions { MaxMessages = 10 });
        bench.Broker.IsUp = false;
        for (int i = 0; i < 100; i++)
        {
            bench.Outbox.Enqueue(OutboxBench.Message(i));
            bench.Step();
        }

        bench.Broker.IsUp = true;
        bench.Run(TimeSpan.FromSeconds(3));

        // One of the ten places is the status's, which is never dropped.
        Assert.Equal(Enumerable.Range(91, 9).Select(i => $"{i}"), bench.Broker.On("p"));
        Assert.Equal(91, bench.Outbox.Counters.EvictedFull);
        Assert.Equal(["disconnected", "overflowing", "connected", "overflow ended 91"], bench.Events);
    }

    [Fact]
    public void Bytes_are_bounded_too()
    {
        var bench = new OutboxBench(new OutboxOptions { MaxBytes = 1024 });
        bench.Broker.IsUp = false;
        var big = new PublishMessage("b", new byte[400], QualityOfService.AtLeastOnce, false, TimeSpan.Zero, "x");

        for (int i = 0; i < 5; i++)
        {
            bench.Outbox.Enqueue(big);
        }

        bench.Outbox.Enqueue(big with { Payload = new byte[2000] });

        Assert.InRange(bench.Outbox.Counters.WaitingBytes, 1, 1024);
        Assert.Equal(6 + 1, bench.Outbox.Counters.Enqueued);
        bench.AssertCountersAddUp();
    }

    [Fact]
    public void Keep_last_holds_one_message_per_topic()
    {
        var bench = new OutboxBench();
        bench.Broker.IsUp = false;
        for (int i = 0; i < 50; i++)
        {
            bench.Outbox.Enqueue(OutboxBench.Retained("sensor", $"{i}"), OutboxPolicy.KeepLast);
        }

        bench.Broker.IsUp = true;
        bench.Run(TimeSpan.FromSeconds(2));

        Assert.Equal(["49"], bench.Broker.On("sensor"));
        Assert.Equal(49, bench.Outbox.Counters.EvictedReplaced);
    }

    [Fact]
    public void Expired_messages_are_not_sent_and_the_rest_of_an_expiry_is()
    {
        var bench = new OutboxBench();
        bench.Broker.IsUp = false;
        bench.Step();
        bench.Outbox.Enqueue(OutboxBench.Message(1) with { Expiry = TimeSpan.FromSeconds(5) });
        bench.Outbox.Enqueue(OutboxBench.Message(2) with { Expiry = TimeSpan.FromSeconds(60) });
        bench.Run(TimeSpan.FromSeconds(10));

        bench.Broker.IsUp = true;
        bench.Run(TimeSpan.FromSeconds(2));

        Assert.Equal(["2"], bench.Broker.On("p"));
        Assert.Equal(1, bench.Outbox.Counters.EvictedExpired);
        Assert.InRange(
            bench.Broker.Received[^1].Expiry, TimeSpan.FromSeconds(48), TimeSpan.FromSeconds(50));
    }

    [Fact]
    public void Unheard_and_refused_messages_are_counted()
    {
        var bench = new OutboxBench();
        bench.Broker.HasSubscribers = false;
        bench.Broker.RefusedTopic = "secret";
        bench.Outbox.Enqueue(OutboxBench.Message(1));
        bench.Outbox.Enqueue(OutboxBench.Message(2) with { Topic = "secret" });
        bench.Outbox.Enqueue(OutboxBench.Message(3) with { Topic = "wild/#" });

        bench.Step(3);

        Assert.Equal(2, bench.Outbox.Counters.Unheard);
        Assert.Equal(2, bench.Outbox.Counters.Acknowledged);
        Assert.Equal(2, bench.Outbox.Counters.EvictedRefused);
        Assert.Equal(["connected", "refused wild/#: not authorized (0x87)"], bench.Events);
    }

    [Fact]
    public void Farewell_sends_the_backlog_and_then_stopped()
    {
        var bench = new OutboxBench();
        bench.Step(2);
        bench.Outbox.Enqueue(OutboxBench.Message(1));

        bench.Outbox.SayFarewell();

        Assert.Equal(["online", "1", "stopped"], bench.Broker.Received.Select(m => m.Payload));
        Assert.False(bench.Publisher.IsConnected);
        Assert.Equal(0, bench.Outbox.Counters.Waiting);
    }

    [Fact]
    public void Farewell_to_a_hung_broker_is_bounded_in_time()
    {
        var bench = new OutboxBench();
        bench.Step(2);
        bench.Broker.IsHung = true;
        bench.Outbox.Enqueue(OutboxBench.Message(1));
        Timestamp before = bench.Clock.Now;

        bench.Outbox.SayFarewell();

        Assert.True(bench.Clock.Now - before <= TimeSpan.FromSeconds(1.6));
        bench.AssertCountersAddUp();
    }

    [Fact]
    public void Entry_replaced_while_it_is_handed_over_is_not_torn()
    {
        var bench = new OutboxBench();
        bench.Step(2);
        bool once = true;
        bench.Publisher.DuringPublish = () =>
        {
            if (once)
            {
                once = false;
                bench.Outbox.Enqueue(OutboxBench.Retained("sensor", "new"), OutboxPolicy.KeepLast);
            }
        };

        bench.Outbox.Enqueue(OutboxBench.Retained("sensor", "old"), OutboxPolicy.KeepLast);
        bench.Step(3);

        Assert.Equal(["old", "new"], bench.Broker.On("sensor"));
    }

    [Fact]
    public void Pauses_grow_to_the_maximum_and_shrink_after_a_good_connection()
    {
        var backOff = new BackOff(TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(1), new Random(7));

        double[] pauses = Enumerable.Range(0, 8).Select(_ => backOff.Next().TotalSeconds).ToArray();
        backOff.Reset();

        Assert.InRange(pauses[0], 0.05, 0.1);
        Assert.InRange(pauses[3], 0.4, 0.8);
        Assert.All(pauses[4..], pause => Assert.InRange(pause, 0.5, 1));
        Assert.InRange(backOff.Next().TotalSeconds, 0.05, 0.1);
    }

    [Fact]
    public void Steady_state_allocates_nothing()
    {
        var bench = new OutboxBench(new OutboxOptions { MaxMessages = 64 });
        bench.Broker.IsUp = false;
        PublishMessage message = OutboxBench.Message(1);
        PublishMessage state = OutboxBench.Retained("info", "i");
        Fill(bench, message, state, 1000);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Fill(bench, message, state, 10_000);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Allocations.AssertNone(10_000, allocated);
    }

    private static void Fill(OutboxBench bench, in PublishMessage message, in PublishMessage state, int times)
    {
        for (int i = 0; i < times; i++)
        {
            bench.Outbox.Enqueue(message);
            bench.Outbox.Enqueue(state, OutboxPolicy.KeepLast);
        }
    }
}
