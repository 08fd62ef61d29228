using EdgeFusion.Time;

namespace EdgeFusion.Tests.Clocks;

public sealed class PipelineClockTests
{
    [Fact]
    public void A_step_of_the_wall_clock_moves_only_the_reported_offset()
    {
        var provider = new SteppingProvider();
        var clock = new PipelineClock(provider);
        Timestamp before = clock.Now;

        provider.Wall = provider.Wall.AddHours(-1);
        provider.Ticks += 1_000_000;

        Assert.Equal(1_000_000, clock.Now.NanosecondsSince(before));
        Assert.Equal(-3_600_000_000_000 - 1_000_000, clock.WallOffsetNanoseconds);
    }

    [Fact]
    public void Monotonic_time_that_goes_backwards_is_held_and_counted()
    {
        var provider = new SteppingProvider { Ticks = 10_000_000_000 };
        var clock = new PipelineClock(provider);
        provider.Ticks += 5_000_000_000;
        Timestamp latest = clock.Now;

        provider.Ticks -= 4_000_000_000;

        Assert.Equal(latest, clock.Now);
        Assert.Equal(1, clock.BackwardSteps);
    }

    [Fact]
    public void Instants_differ_by_a_time_span()
    {
        var a = new Timestamp(1_500);
        var b = new Timestamp(500);

        Assert.Equal(TimeSpan.FromTicks(10), a - b);
        Assert.Equal(1_000, a.NanosecondsSince(b));
        Assert.Equal(a, b + TimeSpan.FromTicks(10));
        Assert.Equal("1.000000500", new Timestamp(1_000_000_500).ToString());
    }

    private sealed class SteppingProvider : TimeProvider
    {
        public DateTimeOffset Wall { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public long Ticks { get; set; }

        public override long TimestampFrequency => 1_000_000_000;

        public override long GetTimestamp() => Ticks;

        public override DateTimeOffset GetUtcNow() => Wall;
    }
}
