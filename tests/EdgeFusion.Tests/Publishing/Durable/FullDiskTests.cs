using System.Diagnostics;
using EdgeFusion.Publishing;
using EdgeFusion.Publishing.Durable;
using EdgeFusion.Publishing.Requests;
using Xunit;

namespace EdgeFusion.Tests.Publishing.Durable;

/// <summary>A file system that is really full, in memory; needs the right to mount one.</summary>
public sealed class FullDiskTests
{
    [NeedsRootFact]
    public void On_a_full_disk_predictions_go_on_and_delivered_plus_declared_is_produced()
    {
        const int Produced = 4000;
        using var bench = new LogBench();
        using var disk = new SmallDisk(bench.Folder, "512k");
        var observer = new OutboxBench();
        bench.Broker.IsUp = false;
        using Outbox outbox = bench.Open(bench.Options() with { MaxMessages = 1000 }, observer);

        for (int i = 0; i < Produced; i++)
        {
            LogBench.Send(outbox, i, 1, padding: 500);
            bench.Time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.NotNull(outbox.StorageProblem);
        LogBench.AssertAddsUp(outbox);
        bench.Broker.IsUp = true;
        bench.Run(outbox);

        long declared = outbox.Gaps.Snapshot().Sum(gap => gap.Count);
        Assert.True(declared > 0);
        Assert.Equal(Produced, bench.Numbers().Distinct().Count() + declared);
        Assert.Equal(bench.Numbers().Length, bench.Numbers().Distinct().Count());
        Assert.Equal(outbox.Counters.EvictedFull, declared);
        Assert.Contains("storage fails", observer.Events);

        // What has been sent makes room: the log works again.
        bench.Time.Advance(TimeSpan.FromSeconds(2));
        LogBench.Send(outbox, Produced, 100, padding: 500);
        bench.Run(outbox);
        Assert.Null(outbox.StorageProblem);
        LogBench.AssertAddsUp(outbox);
    }

    [NeedsRootFact]
    public void What_a_subscriber_missed_during_a_full_disk_comes_from_memory_and_is_declared_gone_after_a_restart()
    {
        const int Produced = 2000;
        using var bench = new LogBench();
        using var disk = new SmallDisk(bench.Folder, "512k");
        bench.Broker.IsUp = false;
        using (Outbox first = bench.Open())
        {
            LogBench.Send(first, 0, Produced, padding: 500);
            Assert.NotNull(first.StorageProblem);
            bench.Broker.IsUp = true;
            bench.Run(first);

            // The node came back before the subscriber did, which has nothing of all this.
            Assert.Equal(Produced, bench.Numbers().Length);
            string[] answer = Ask(bench, first, "first", Produced);
            Assert.Equal(Produced, answer.Length - 1);
            Assert.Contains("\"gone\":[]", answer[^1], StringComparison.Ordinal);
        }

        using Outbox second = bench.Open();
        KeptRun told = Assert.Single(second.Runs);
        Assert.Equal((0, Produced - 1), (told.From, told.To));
        string[] late = Ask(bench, second, "second", Produced);
        using var end = System.Text.Json.JsonDocument.Parse(late[^1]);
        long gone = end.RootElement.GetProperty("gone").EnumerateArray().Sum(
            range => range.GetProperty("to_seq").GetInt64() - range.GetProperty("from_seq").GetInt64() + 1);
        Assert.True(gone > 0);
        Assert.Equal(Produced, late.Length - 1 + gone);
        PayloadSchema.AssertValid("replay-end", late[^1]);
    }

    [Fact]
    public void Each_topic_in_memory_is_replayed_where_the_request_names_none()
    {
        using var bench = new LogBench();
        using var queue = new OutboxQueue(bench.Options(), keepSent: true);
        foreach (string topic in (string[])["p", "q"])
        {
            queue.Enqueue(LogBench.Message(5) with { Topic = topic }, OutboxPolicy.DropOldest, bench.Clock.Now);
            queue.Acknowledge(queue.Take(bench.Clock.Now)!.Ticket, PublishOutcome.Accepted);
        }

        var job = new ReplayJob(
            new ReplyAddress("answer", default, null), new ReplayRequest(LogBench.Epoch, 0, 9, null));
        var target = new OutboxEntry();

        Assert.True(queue.TryNextSent(job, target, bench.Clock.Now));
        Assert.True(queue.TryNextSent(job, target, bench.Clock.Now));
        Assert.False(queue.TryNextSent(job, target, bench.Clock.Now));
    }

    private static string[] Ask(LogBench bench, Outbox outbox, string topic, int count)
    {
        bench.Run(outbox, seconds: 1);
        Assert.True(outbox.TryReplay(new ReplayJob(
            new ReplyAddress(topic, default, null), new ReplayRequest(LogBench.Epoch, 0, count - 1, "p"))));
        for (int i = 0; i < 100_000; i++)
        {
            if (bench.Broker.On(topic) is [.., { } last] answer && last.Contains("\"end\"", StringComparison.Ordinal))
            {
                return [.. answer];
            }

            bench.Turn(outbox);
        }

        throw new TimeoutException("The replay has no end.");
    }

    /// <summary>A small file system mounted on a folder.</summary>
    private sealed class SmallDisk : IDisposable
    {
        private readonly string _folder;

        public SmallDisk(string folder, string size)
        {
            _folder = folder;
            Directory.CreateDirectory(folder);
            Run("mount", "-t", "tmpfs", "-o", $"size={size}", "none", folder);
        }

        public void Dispose() => Run("umount", "-l", _folder);

        private static void Run(string program, params string[] arguments)
        {
            using Process process = Process.Start(program, arguments);
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
        }
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class NeedsRootFactAttribute : FactAttribute
    {
        public NeedsRootFactAttribute() => Skip =
            Environment.IsPrivilegedProcess && CanMount() ? null : "only root may mount a small file system";

        /// <summary>In a container even root may not.</summary>
        private static bool CanMount()
        {
            string folder = Directory.CreateTempSubdirectory("edgefusion-test-mount-").FullName;
            try
            {
                new SmallDisk(folder, "64k").Dispose();
                return true;
            }
            catch (Exception fault) when (fault is Xunit.Sdk.XunitException or System.ComponentModel.Win32Exception)
            {
                return false;
            }
            finally
            {
                Directory.Delete(folder);
            }
        }
    }
}
