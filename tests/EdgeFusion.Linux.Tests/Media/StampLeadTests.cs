using EdgeFusion.Linux.Media;
using EdgeFusion.Time;

namespace EdgeFusion.Linux.Tests.Media;

public sealed class StampLeadTests
{
    private const long Millisecond = 1_000_000;
    private const long Block = 10 * Millisecond;

    [Fact]
    public void Blocks_of_a_source_that_stamps_arrival_follow_each_other_however_late_they_come()
    {
        var lead = new StampLead(stampsArrival: true);
        var random = new Random(1);
        for (int i = 0; i < 100; i++)
        {
            var stamp = new Timestamp(i * Block);
            Timestamp now = stamp.AddNanoseconds(random.NextInt64(8 * Millisecond));

            Assert.Equal(stamp.AddNanoseconds(-Block), lead.Settle(stamp, now, Block));
        }
    }

    [Fact]
    public void The_habit_of_an_unknown_source_is_learnt()
    {
        var lead = new StampLead(stampsArrival: false);
        var stamp = new Timestamp(Block);

        Timestamp first = lead.Settle(stamp, stamp.AddNanoseconds(4 * Millisecond), Block);
        lead.Settle(stamp, stamp, Block);
        Timestamp third = lead.Settle(stamp, stamp.AddNanoseconds(4 * Millisecond), Block);

        Assert.Equal(stamp.AddNanoseconds(-6 * Millisecond), first);
        Assert.Equal(stamp.AddNanoseconds(-Block), third);
    }

    [Fact]
    public void Frames_stamped_far_ahead_are_those_of_now_and_leave_no_trace()
    {
        var lead = new StampLead(stampsArrival: true);
        var now = new Timestamp(1_000 * Millisecond);

        Assert.Equal(now, lead.Settle(now.AddNanoseconds(950 * Millisecond), now, 0));
        Assert.Equal(
            now.AddNanoseconds(-3 * Millisecond), lead.Settle(now.AddNanoseconds(-3 * Millisecond), now, 0));
    }
}
