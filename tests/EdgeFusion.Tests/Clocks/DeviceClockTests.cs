using EdgeFusion.Time;

namespace EdgeFusion.Tests.Clocks;

public sealed class DeviceClockTests
{
    private const long Second = Timestamp.NanosecondsPerSecond;
    private static readonly Timestamp Origin = new(1_700_000_000 * Second);

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    [InlineData(-120)]
    [InlineData(300)]
    public void Drift_is_found_under_bursty_transport(double ppm)
    {
        // 1 kHz device behind a serial adapter that delivers every 16 ms, plus up to 3 ms of scheduling jitter.
        var random = new Random(7);
        var clock = new DeviceClock(1_000_000);
        double worst = 0;
        for (int i = 0; i < 60_000; i++)
        {
            long truth = (long)(i * 1e6);
            long tick = (long)(i * 1_000 * (1 - (ppm * 1e-6)));
            long arrival = ((truth / 16_000_000) + 1) * 16_000_000 + (long)(random.NextDouble() * 3e6);

            Timestamp mapped = clock.Map(tick, Origin.AddNanoseconds(arrival));

            if (i > 20_000)
            {
                worst = Math.Max(worst, Math.Abs(mapped.NanosecondsSince(Origin) - truth));
            }
        }

        Assert.Equal(ppm, clock.DriftPpm, 8.0);

        // The constant part of the transport (here 1 ms to the next multiple of 16 ms) cannot be known from arrivals.
        Assert.True(worst < 2_500_000, $"worst error {worst / 1e6:F2} ms");
    }

    [Fact]
    public void Mapped_times_never_go_backwards_and_never_lie_after_their_arrival()
    {
        var random = new Random(11);
        var clock = new DeviceClock(16_000);
        Timestamp last = Timestamp.MinValue;
        Timestamp arrival = Origin;
        for (int i = 0; i < 20_000; i++)
        {
            arrival = arrival.AddNanoseconds((long)(random.NextDouble() * 2e7));

            Timestamp mapped = clock.Map(i * 160, arrival, 10_000_000);

            Assert.True(mapped > last);
            Assert.True(mapped <= arrival);
            last = mapped;
        }
    }

    [Fact]
    public void A_counter_reset_starts_afresh_within_one_sample()
    {
        var clock = new DeviceClock(1_000);
        for (int i = 0; i < 5_000; i++)
        {
            clock.Map(100_000 + i, Origin.AddNanoseconds(i * 1_000_000L));
        }

        Timestamp arrival = Origin.AddNanoseconds(6 * Second);
        Timestamp mapped = clock.Map(0, arrival);

        Assert.Equal(1, clock.Resets);
        Assert.Equal(arrival, mapped);
    }

    [Theory]
    [InlineData(0, 0.9)]
    [InlineData(40, 0.9)]
    [InlineData(-120, 0.3)]
    [InlineData(250, 3)]
    public void Bursts_of_16_ms_do_not_smear_samples_of_1_khz(double ppm, double jitterMilliseconds)
    {
        // A serial adapter hands over every 16 ms, give or take the host's scheduling, all frames that have come.
        var random = new Random(21);
        var clock = new DeviceClock(1_000_000);
        double squares = 0;
        long count = 0;
        long burst = 0;
        for (int i = 0; i < 60_000; i++)
        {
            long truth = (long)(i * 1e6 * (1 + (ppm * 1e-6)));
            while (burst < truth)
            {
                burst = ((burst / 16_000_000) + 1) * 16_000_000;
                burst += (long)(random.NextDouble() * jitterMilliseconds * 1e6);
            }

            Timestamp mapped = clock.Map(i * 1_000L, Origin.AddNanoseconds(burst));

            if (i > 2_000)
            {
                double error = mapped.NanosecondsSince(Origin) - truth;
                squares += error * error;
                count++;
            }
        }

        double rms = Math.Sqrt(squares / count) / 1e6;
        Assert.True(rms < 0.5, $"{rms:F3} ms");
        Assert.Equal(ppm, clock.DriftPpm, 20.0);
    }

    [Fact]
    public void A_machine_that_stood_still_for_a_while_does_not_tilt_the_clock()
    {
        var clock = new DeviceClock(1_000_000);
        Timestamp mapped = default;
        for (int i = 0; i < 20_000; i++)
        {
            long delay = i is > 8_000 and < 10_500 ? 40_000_000 : 100_000;
            mapped = clock.Map(i * 1_000L, Origin.AddNanoseconds((i * 1_000_000L) + delay));
        }

        Assert.InRange(Math.Abs(clock.DriftPpm), 0, 5);
        Assert.InRange(mapped.NanosecondsSince(Origin) - (19_999 * 1_000_000L), 0, 200_000);
    }
}
