using System.Globalization;
using EdgeFusion.Publishing;
using EdgeFusion.Publishing.Durable;
using EdgeFusion.Testing;
using EdgeFusion.Testing.Publishing;
using EdgeFusion.Time;
using Xunit;

namespace EdgeFusion.Tests.Publishing.Durable;

/// <summary>The wall clock jumps between two runs over one log: a board without a battery begins in 1970.</summary>
public sealed class ClockJumpTests : IDisposable
{
    private const int Count = 20;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("edgefusion-test-jump-");
    private readonly LoopbackBroker _broker = new() { IsUp = false };

    [Theory]
    [InlineData(0)]
    [InlineData(3600)]
    [InlineData(-3600)]
    [InlineData(-50L * 365 * 86400)]
    public void Backwards_or_an_hour_ahead_nothing_is_lost(long jumpSeconds)
    {
        Assert.Equal(Enumerable.Range(0, Count), SentAfter(jumpSeconds, out long declared));
        Assert.Equal(0, declared);
    }

    [Fact]
    public void Years_ahead_what_seems_too_old_is_given_up_and_declared()
    {
        int[] sent = SentAfter(10L * 365 * 86400, out long declared);

        Assert.Equal(Count, sent.Length + declared);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private int[] SentAfter(long jumpSeconds, out long declared)
    {
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using (Outbox before = Open(new ManualTimeProvider(start), out _))
        {
            LogBench.Send(before, 0, Count);
        }

        _broker.IsUp = true;
        var time = new ManualTimeProvider(start + TimeSpan.FromSeconds(jumpSeconds));
        using Outbox after = Open(time, out PipelineClock clock);
        for (int i = 0; i < 1000 && after.Counters.Waiting > 0; i++)
        {
            Timestamp next = after.Step(TimeSpan.FromMilliseconds(10));
            if (next > clock.Now)
            {
                time.Advance(next - clock.Now);
            }
        }

        LogBench.AssertAddsUp(after);
        declared = after.Gaps.Snapshot().Sum(gap => gap.Count);
        return [.. _broker.On("p").Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
    }

    private Outbox Open(ManualTimeProvider time, out PipelineClock clock)
    {
        clock = new PipelineClock(time);
        return new Outbox(
            new LoopbackPublisher(_broker, time), clock, OutboxBench.Status,
            new OutboxOptions { Log = new OutboxLogOptions { Folder = Path.Combine(_folder.FullName, "log") } }, null,
            new Random(1));
    }
}
