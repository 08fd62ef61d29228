using System.Diagnostics;
using EdgeFusion.Linux.Interop.Libc;
using EdgeFusion.Linux.Timing;

namespace EdgeFusion.Linux.Tests.Timing;

public sealed class PrecisePacerTests
{
    [Fact]
    public void A_wait_ends_at_its_instant_or_later_and_never_before()
    {
        var pacer = new PrecisePacer();
        using IDisposable scope = pacer.Enter();
        long due = Stopwatch.GetTimestamp();
        for (int i = 0; i < 200; i++)
        {
            due += Stopwatch.Frequency / 1_000;
            pacer.WaitUntil(due);
            Assert.True(Stopwatch.GetTimestamp() >= due);
        }

        // Far more than a wait takes, and far less than what 200 waits of the system's timer add up to.
        Assert.True(Stopwatch.GetElapsedTime(due) < TimeSpan.FromSeconds(5));
        pacer.WaitUntil(due);
    }

    [Fact]
    public void The_thread_is_afterwards_what_it_was_before()
    {
        int slack = LibcScheduling.TimerSlack();
        Assert.True(LibcScheduling.TryGetAttributes(out SchedulingAttributes before));
        var pacer = new PrecisePacer();
        using (pacer.Enter())
        {
            pacer.WaitUntil(Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 100));

            // Work between two waits is never done with real-time priority.
            Assert.True(LibcScheduling.TryGetAttributes(out SchedulingAttributes between));
            Assert.Equal((before.Policy, before.Nice), (between.Policy, between.Nice));
        }

        Assert.Equal(slack, LibcScheduling.TimerSlack());
        Assert.True(LibcScheduling.TryGetAttributes(out SchedulingAttributes after));
        Assert.Equal(before, after);
    }
}
