using EdgeFusion.Sensing.Devices;

namespace EdgeFusion.Tests.Devices;

public sealed class SequenceTests
{
    [Fact]
    public void A_wrap_is_no_loss()
    {
        var counter = new SequenceCounter(32);
        counter.TryTake(uint.MaxValue - 1, out _, out _);

        Assert.True(counter.TryTake(uint.MaxValue, out long lost, out _));
        Assert.Equal(0, lost);
        Assert.True(counter.TryTake(0, out lost, out bool restarted));
        Assert.Equal((0, false), (lost, restarted));
        Assert.True(counter.TryTake(3, out lost, out _));
        Assert.Equal(2, lost);
        Assert.Equal((long)uint.MaxValue + 4, counter.Position);
    }

    [Fact]
    public void Duplicates_and_late_ones_are_kept_out()
    {
        var counter = new SequenceCounter(16);
        counter.TryTake(10, out _, out _);
        counter.TryTake(12, out _, out _);

        Assert.False(counter.TryTake(12, out _, out _));
        Assert.False(counter.TryTake(11, out _, out _));
        Assert.True(counter.TryTake(13, out long lost, out _));
        Assert.Equal(0, lost);
    }

    [Fact]
    public void A_sender_that_counts_afresh_is_taken_after_its_second_number()
    {
        var counter = new SequenceCounter(32);
        counter.TryTake(70_000, out _, out _);

        Assert.False(counter.TryTake(0, out _, out bool restarted));
        Assert.False(restarted);
        Assert.True(counter.TryTake(1, out _, out restarted));
        Assert.True(restarted);
        Assert.True(counter.TryTake(2, out long lost, out restarted));
        Assert.Equal((0, false), (lost, restarted));
    }

    [Fact]
    public void Ticks_go_on_across_a_wrap_and_start_afresh_after_a_restart()
    {
        var ticks = new TickUnwrapper(32);
        ticks.Unwrap(uint.MaxValue - 500, out _);

        Assert.Equal((long)uint.MaxValue + 500, ticks.Unwrap(499, out bool restarted));
        Assert.False(restarted);
        Assert.Equal(uint.MaxValue - 5_000_000, ticks.Unwrap(uint.MaxValue - 5_000_000, out restarted));
        Assert.True(restarted);
    }
}
