using EdgeFusion.Linux.Media;

namespace EdgeFusion.Linux.Tests.Media;

public sealed class StartPatienceTests
{
    private readonly StartPatience _patience = new(Seconds(10), learns: true);

    [Fact]
    public void A_source_of_which_nothing_is_known_gets_the_whole_time_again_and_again()
    {
        _patience.Begin();
        _patience.GaveUp();

        Assert.Equal((Seconds(10), Seconds(10)), (_patience.AnswerLimit, _patience.SampleLimit));
    }

    [Fact]
    public void A_quick_source_is_given_up_soon()
    {
        Open(answer: 0.1, sample: 0.1);

        Assert.Equal((Seconds(1.5), Seconds(1.5)), (_patience.AnswerLimit, _patience.SampleLimit));
    }

    [Fact]
    public void A_slow_source_gets_eight_times_what_it_took_at_most_the_whole_time()
    {
        Open(answer: 0.5, sample: 0.25);
        Assert.Equal((Seconds(4), Seconds(2)), (_patience.AnswerLimit, _patience.SampleLimit));

        Open(answer: 0.4, sample: 3);
        Assert.Equal((Seconds(3.2), Seconds(10)), (_patience.AnswerLimit, _patience.SampleLimit));
    }

    [Fact]
    public void A_server_that_was_stopped_for_long_leaves_the_wait_for_its_answer_short()
    {
        for (int i = 0; i < 10; i++)
        {
            Open(answer: 0.05, sample: 0.1);
        }

        Open(answer: 1.9, sample: 0.1);
        Open(answer: 1.9, sample: 0.1);

        Assert.Equal(Seconds(1.5), _patience.AnswerLimit);
    }

    [Fact]
    public void A_source_that_has_become_slow_is_waited_for_longer_after_a_while()
    {
        Open(answer: 0.1, sample: 0.1);
        for (int i = 0; i < 20; i++)
        {
            Open(answer: 1, sample: 0.1);
        }

        Assert.InRange(_patience.AnswerLimit.TotalSeconds, 3, 8);
    }

    [Fact]
    public void Each_wait_for_a_sample_in_vain_doubles_the_next_until_one_comes()
    {
        Open(answer: 0.1, sample: 0.1);
        List<double> limits = [];
        for (int i = 0; i < 3; i++)
        {
            _patience.Begin();
            _patience.Answered(Seconds(0.1));
            _patience.GaveUp();
            limits.Add(_patience.SampleLimit.TotalSeconds);
        }

        Assert.Equal([3, 6, 10], limits);
        Open(answer: 0.1, sample: 0.1);
        Assert.Equal(Seconds(1.5), _patience.SampleLimit);
    }

    [Fact]
    public void Every_fourth_opening_in_a_row_has_the_whole_time()
    {
        Open(answer: 0.1, sample: 0.1);
        List<double> limits = [];
        for (int i = 0; i < 8; i++)
        {
            _patience.Begin();
            limits.Add(_patience.AnswerLimit.TotalSeconds);
        }

        Assert.Equal([1.5, 1.5, 1.5, 10, 1.5, 1.5, 1.5, 10], limits);
    }

    [Fact]
    public void One_slow_first_sample_is_remembered_for_a_while()
    {
        Open(answer: 0.1, sample: 1);
        Open(answer: 0.1, sample: 0.1);
        Assert.Equal(Seconds(6), _patience.SampleLimit);

        for (int i = 0; i < 10; i++)
        {
            Open(answer: 0.1, sample: 0.1);
        }

        Assert.Equal(Seconds(1.5), _patience.SampleLimit);
    }

    [Fact]
    public void A_device_of_this_machine_and_a_short_limit_of_the_user_are_left_as_they_are()
    {
        var device = new StartPatience(Seconds(10), learns: false);
        var hasty = new StartPatience(Seconds(1), learns: true);
        device.Answered(Seconds(0.1));
        device.Delivered(Seconds(0.1));
        hasty.Answered(Seconds(0.1));
        hasty.Delivered(Seconds(0.1));

        Assert.Equal((Seconds(10), Seconds(10)), (device.AnswerLimit, device.SampleLimit));
        Assert.Equal((Seconds(1), Seconds(1)), (hasty.AnswerLimit, hasty.SampleLimit));
    }

    private void Open(double answer, double sample)
    {
        _patience.Begin();
        _patience.Answered(Seconds(answer));
        _patience.Delivered(Seconds(sample));
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
