using EdgeFusion.Publishing;
using EdgeFusion.Publishing.Durable;
using EdgeFusion.Publishing.Requests;
using EdgeFusion.Testing;
using EdgeFusion.Time;
using Xunit;

namespace EdgeFusion.Tests.Publishing.Durable;

public sealed class DurableOutboxTests
{
    [Fact]
    public void What_was_enqueued_before_a_crash_is_sent_after_it_in_order()
    {
        using var bench = new LogBench();
        bench.Broker.IsUp = false;
        Outbox first = bench.Open();
        LogBench.Send(first, 0, 200);
        bench.Crash(first);

        bench.Broker.IsUp = true;
        using Outbox second = bench.Open();
        Assert.Equal(new OutboxRecovery(200, 0, 0), second.Recovery);
        bench.Run(second);

        Assert.Equal(Enumerable.Range(0, 200), bench.Numbers());
        LogBench.AssertAddsUp(second);
        Assert.Equal(0, second.Counters.Waiting);
    }

    [Fact]
    public void Crashes_at_any_point_lose_nothing_and_repeat_at_most_what_was_in_flight()
    {
        using var bench = new LogBench();
        var random = new Random(5);
        const int Crashes = 40;
        int sent = 0;
        int mostRepeated = 0;
        for (int i = 0; i < Crashes; i++)
        {
            Outbox outbox = bench.Open();
            int before = bench.Numbers().Length;
            for (int turn = random.Next(30); turn > 0; turn--)
            {
                LogBench.Send(outbox, sent++, 1);
                bench.Turn(outbox);
            }

            LogBench.AssertAddsUp(outbox);
            bench.Crash(outbox);
            int[] now = bench.Numbers();
            mostRepeated = Math.Max(mostRepeated, now.Skip(before).Intersect(now.Take(before)).Count());
        }

        using Outbox last = bench.Open();
        bench.Run(last);

        Assert.Equal(Enumerable.Range(0, sent), bench.Numbers().Distinct().Order());
        Assert.InRange(mostRepeated, 0, 20);
        Assert.Equal(0, last.Gaps.Total);
    }

    [Fact]
    public void What_was_acknowledged_is_not_sent_again()
    {
        using var bench = new LogBench();
        Outbox first = bench.Open();
        LogBench.Send(first, 0, 100);
        bench.Run(first);
        bench.Crash(first);

        using Outbox second = bench.Open();
        Assert.Equal(0, second.Recovery!.Value.Waiting);
        LogBench.Send(second, 100, 1);
        bench.Run(second);

        Assert.Equal(Enumerable.Range(0, 101), bench.Numbers());
    }

    [Fact]
    public void New_messages_overtake_a_long_backlog_which_is_sent_at_its_own_rate()
    {
        using var bench = new LogBench();
        bench.Broker.IsUp = false;
        using Outbox outbox = bench.Open(bench.Options(perSecond: 100));
        LogBench.Send(outbox, 0, 500);
        bench.Broker.IsUp = true;
        while (!outbox.IsConnected)
        {
            bench.Turn(outbox);
        }

        Timestamp begin = bench.Clock.Now;
        int next = 500;
        int worst = 0;
        while (outbox.Counters.Waiting > 0)
        {
            if (next < 560)
            {
                LogBench.Send(outbox, next++, 1);
                bench.Turn(outbox);
                worst = Math.Max(worst, bench.Numbers().Contains(next - 1) ? 0 : 1);
            }

            bench.Turn(outbox);
        }

        TimeSpan took = bench.Clock.Now - begin;

        Assert.Equal(0, worst);
        Assert.InRange(took.TotalSeconds, 4.5, 6.5);
        Assert.Equal(Enumerable.Range(0, 500), bench.Numbers().Where(number => number < 500));
        Assert.Equal(560, bench.Numbers().Distinct().Count());
        Assert.Equal(0, outbox.Counters.Repeated);
    }

    [Fact]
    public void Broken_connections_repeat_only_what_was_in_flight_and_lose_nothing()
    {
        using var bench = new LogBench();
        using Outbox outbox = bench.Open();
        var random = new Random(3);
        for (int i = 0; i < 500; i++)
        {
            LogBench.Send(outbox, i, 1);
            bench.Turn(outbox);
            if (random.Next(20) == 0)
            {
                bench.Broker.DropConnections();
            }

            LogBench.AssertAddsUp(outbox);
        }

        bench.Run(outbox);

        Assert.Equal(Enumerable.Range(0, 500), bench.Numbers().Distinct().Order());
        Assert.InRange(bench.Numbers().Length, 500, 500 + (20 * (int)outbox.Counters.Reconnects));
    }

    [Fact]
    public void Full_log_drops_the_oldest_counts_them_and_declares_them_across_a_restart()
    {
        using var bench = new LogBench();
        bench.Broker.IsUp = false;
        Outbox first = bench.Open();
        LogBench.Send(first, 0, 4000, padding: 500);
        OutboxCounters counters = first.Counters;
        LogBench.AssertAddsUp(first);
        GapRange gap = Assert.Single(first.Gaps.Snapshot());
        long onDisk = bench.Files().Sum(file => new FileInfo(file).Length);
        bench.Crash(first);

        bench.Broker.IsUp = true;
        using Outbox second = bench.Open();
        bench.Run(second);

        Assert.Equal(new GapRange("p", LogBench.Epoch, 0, counters.EvictedFull - 1, GapReason.Full), gap);
        Assert.InRange(onDisk, 1, 1 << 20);
        Assert.Equal(4000, bench.Numbers().Distinct().Count() + gap.Count);
        Assert.Equal(gap, Assert.Single(second.Gaps.Snapshot()));
    }

    [Fact]
    public void Old_messages_go_when_their_age_is_over()
    {
        using var bench = new LogBench();
        bench.Broker.IsUp = false;
        OutboxOptions options = bench.Options();
        options = options with { Log = options.Log! with { MaxAge = TimeSpan.FromSeconds(30) } };
        using Outbox outbox = bench.Open(options);
        LogBench.Send(outbox, 0, 200, padding: 500);
        bench.Time.Advance(TimeSpan.FromSeconds(31));
        LogBench.Send(outbox, 200, 1, padding: 500);
        bench.Broker.IsUp = true;
        bench.Run(outbox);

        long expired = outbox.Counters.EvictedExpired;
        Assert.InRange(expired, 100, 199);
        Assert.Equal(201 - expired, bench.Numbers().Length);
        Assert.Equal(expired, outbox.Gaps.Total);
        LogBench.AssertAddsUp(outbox);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_sends_through_memory_and_says_so_once()
    {
        using var bench = new LogBench();
        File.WriteAllText(bench.Folder, "a file where the folder should be");
        var observer = new OutboxBench();
        using Outbox outbox = bench.Open(observer: observer);

        LogBench.Send(outbox, 0, 50);
        bench.Run(outbox);

        Assert.Equal(Enumerable.Range(0, 50), bench.Numbers());
        Assert.Contains(bench.Folder, outbox.StorageProblem, StringComparison.Ordinal);
        Assert.Equal("storage fails", Assert.Single(
            observer.Events, e => e.StartsWith("storage", StringComparison.Ordinal)));

        File.Delete(bench.Folder);
        bench.Time.Advance(TimeSpan.FromSeconds(2));
        LogBench.Send(outbox, 50, 50);
        bench.Run(outbox);
        bench.Turn(outbox);

        Assert.Null(outbox.StorageProblem);
        Assert.Equal(Enumerable.Range(0, 100), bench.Numbers());
        Assert.Contains("storage works", observer.Events);
        LogBench.AssertAddsUp(outbox);
    }

    [Fact]
    public void Two_processes_cannot_share_a_folder()
    {
        using var bench = new LogBench();
        using Outbox first = bench.Open();
        using Outbox second = bench.Open();

        Assert.Null(first.StorageProblem);
        Assert.NotNull(second.StorageProblem);
    }

    [Fact]
    public void A_range_asked_for_again_comes_to_the_topic_asked_for_and_ends_with_a_count()
    {
        using var bench = new LogBench();
        using Outbox outbox = bench.Open();
        LogBench.Send(outbox, 0, 100);
        bench.Run(outbox);

        Assert.True(outbox.TryReplay(new ReplayJob(
            new ReplyAddress("answer", new byte[] { 1 }, null), new ReplayRequest(LogBench.Epoch, 90, 120, null))));
        for (int i = 0; i < 200 && bench.Broker.On("answer").Count < 11; i++)
        {
            bench.Turn(outbox);
        }

        IReadOnlyList<string> answer = bench.Broker.On("answer");
        Assert.Equal(Enumerable.Range(90, 10).Select(i => $"{i}"), answer.Take(10));
        Assert.Contains("\"end\":true", answer[10], StringComparison.Ordinal);
        Assert.Contains("\"sent\":10", answer[10], StringComparison.Ordinal);
        Assert.Equal(11, answer.Count);
        LogBench.AssertAddsUp(outbox);
    }

    [Fact]
    public void A_replay_leaves_out_what_still_waits_for_its_own_topic()
    {
        using var bench = new LogBench();
        using var store = new DurableStore(bench.Options(), bench.Clock);
        Timestamp now = bench.Clock.Now;
        store.ConnectionMade(now);
        for (int i = 0; i < 10; i++)
        {
            store.Enqueue(LogBench.Message(i), OutboxPolicy.DropOldest, now);
            OutboxEntry entry = store.Take(now)!;
            if (i < 5)
            {
                store.Acknowledge(entry.Ticket, PublishOutcome.Accepted);
            }
        }

        Assert.True(store.TryReplay(new ReplayJob(
            new ReplyAddress("answer", default, null), new ReplayRequest(LogBench.Epoch, 0, 9, null))));
        var answer = new List<string>();
        while (store.Take(now) is { } entry)
        {
            Assert.Equal("answer", entry.Message.Topic);
            answer.Add(System.Text.Encoding.UTF8.GetString(entry.Message.Payload.Span));
            store.Acknowledge(entry.Ticket, PublishOutcome.Accepted);
            bench.Time.Advance(TimeSpan.FromMilliseconds(10));
            now = bench.Clock.Now;
        }

        Assert.Equal(["0", "1", "2", "3", "4"], answer.Take(5));
        Assert.Contains("\"sent\":5,\"waiting\":5", Assert.Single(answer.Skip(5)), StringComparison.Ordinal);
        PayloadSchema.AssertValid("replay-end", answer[^1]);
    }

    [Fact]
    public void How_far_earlier_runs_had_come_is_known_after_a_crash_also_of_what_was_sent()
    {
        using var bench = new LogBench();
        Outbox first = bench.Open();
        LogBench.Send(first, 0, 100);
        bench.Run(first);
        bench.Crash(first);
        Outbox second = bench.Open();
        second.Enqueue(LogBench.Message(3, epoch: 8));
        bench.Crash(second);

        using Outbox third = bench.Open();

        Assert.Equal([new KeptRun("p", LogBench.Epoch, 0, 99), new KeptRun("p", 8, 3, 3)], third.Runs);
    }

    [Fact]
    public void Of_many_runs_the_last_ones_are_told()
    {
        var runs = new KeptRuns();
        for (int i = 0; i < 100; i++)
        {
            runs.Note("p", i, 0);
            runs.Note("p", i, 1);
        }

        KeptRun[] told = runs.ToArray();
        Assert.Equal(KeptRuns.MostRuns, told.Length);
        Assert.Equal(new KeptRun("p", 99, 0, 1), told[^1]);
    }

    [Fact]
    public void Steady_state_allocates_nothing_per_message()
    {
        using var bench = new LogBench();
        bench.Broker.IsUp = false;
        using Outbox outbox = bench.Open(bench.Options(maxBytes: 64 << 20));
        PublishMessage message = LogBench.Message(1, padding: 800);
        for (int i = 0; i < 100; i++)
        {
            outbox.Enqueue(message);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            outbox.Enqueue(message);
        }

        Allocations.AssertNone(1_000, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
