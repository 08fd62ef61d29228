using EdgeFusion.Linux.Media;

namespace EdgeFusion.Linux.Tests.Media;

public sealed class StartPatienceTests
{
    private readonly StartPatience _patience = new(Seconds(10), learns: true);

    [Fact]
    public void A_source_of_which_nothing_is_known_gets_the_whole_time_again_and_again()
    {
        _patience.GaveUp();

        Assert.Equal(Seconds(10), _patience.Limit);
    }

    [Fact]
    public void A_quick_source_is_given_up_soon()
    {
        _patience.Delivered(Seconds(0.1));

        Assert.Equal(Seconds(1.5), _patience.Limit);
    }

    [Fact]
    public void A_source_that_is_slow_to_answer_gets_eight_times_what_it_took_at_most_the_whole_time()
    {
        _patience.Delivered(Seconds(0.5));
        Assert.Equal(Seconds(4), _patience.Limit);

        _patience.Delivered(Seconds(3));
        Assert.Equal(Seconds(10), _patience.Limit);
    }

    [Fact]
    public void Each_wait_in_vain_doubles_the_next_until_a_sample_comes()
    {
        _patience.Delivered(Seconds(0.1));
        List<double> limits = [];
        for (int i = 0; i < 4; i++)
        {
            _patience.GaveUp();
            limits.Add(_patience.Limit.TotalSeconds);
        }

        Assert.Equal([3, 6, 10, 10], limits);
        _patience.Delivered(Seconds(0.1));
        Assert.Equal(Seconds(1.5), _patience.Limit);
    }

    [Fact]
    public void One_slow_start_is_remembered_for_a_while()
    {
        _patience.Delivered(Seconds(1));
        _patience.Delivered(Seconds(0.1));
        Assert.Equal(Seconds(6), _patience.Limit);

        for (int i = 0; i < 10; i++)
        {
            _patience.Delivered(Seconds(0.1));
        }

        Assert.Equal(Seconds(1.5), _patience.Limit);
    }

    [Fact]
    public void A_device_of_this_machine_and_a_short_limit_of_the_user_are_left_as_they_are()
    {
        var device = new StartPatience(Seconds(10), learns: false);
        var hasty = new StartPatience(Seconds(1), learns: true);
        device.Delivered(Seconds(0.1));
        hasty.Delivered(Seconds(0.1));

        Assert.Equal((Seconds(10), Seconds(1)), (device.Limit, hasty.Limit));
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
