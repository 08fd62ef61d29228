using EdgeFusion.Predictions;
using EdgeFusion.Publishing.Policies;
using Xunit;

namespace EdgeFusion.Tests.Publishing.Policies;

public sealed class HeadGateTests
{
    private static readonly HeadPublishOptions OnChange = new() { Policy = PublishPolicy.OnChange };
    private static readonly HeadPublishOptions Events = new() { Policy = PublishPolicy.Events };

    [Fact]
    public void Every_window_is_published_with_the_number_of_its_prediction()
    {
        var bench = new PolicyBench(HeadPublishOptions.Every);
        for (int i = 0; i < 5; i++)
        {
            bench.Window(0.9f);
        }

        Assert.Equal([0, 1, 2, 3, 4], bench.Published.Select(item => item.Note.Sequence));
        Assert.Equal(0, bench.Gate.Suppressed);
    }

    [Theory]
    [InlineData(PublishPolicy.Every)]
    [InlineData(PublishPolicy.OnChange)]
    [InlineData(PublishPolicy.Events)]
    public void Messages_and_what_was_kept_back_make_up_all_predictions_whatever_comes(PublishPolicy policy)
    {
        var random = new Random(7);
        for (int round = 0; round < 200; round++)
        {
            var bench = new PolicyBench(new HeadPublishOptions
            {
                Policy = policy,
                Threshold = 0.05 + (random.NextDouble() * 0.9),
                MinInterval = TimeSpan.FromMilliseconds(random.Next(500)),
                MaxInterval = TimeSpan.FromMilliseconds(500 + random.Next(1500)),
            });
            long next = 0;
            long suppressed = 0;
            long produced = 0;
            for (int i = 0; i < 200; i++)
            {
                int skip = random.Next(20) == 0 ? random.Next(4) : 0;
                PredictionQuality quality = random.Next(8) == 0 ? PredictionQuality.NoInput : PredictionQuality.Full;
                HeadNote[] notes = bench.Window(random.NextSingle(), quality, skip);
                Assert.Equal(skip, bench.Gate.Missed);
                produced += 1 + skip;
                next += skip;
                foreach (HeadNote note in notes)
                {
                    Assert.Equal(next++, note.Sequence);
                    Assert.Equal(suppressed, note.Suppressed);
                    suppressed = 0;
                }

                suppressed += notes.Length == 0 ? 1 : 0;
            }

            long windows = bench.Published.Select(item => item.Prediction).Distinct().Count();
            long missed = next - bench.Published.Count;
            Assert.Equal(produced, windows + bench.Gate.Suppressed + missed);
            Assert.Equal(next - 1, bench.Gate.LastSequence);
        }
    }

    [Fact]
    public void A_change_is_one_against_what_was_published_so_that_a_slow_drift_is_seen()
    {
        var bench = new PolicyBench(OnChange with { Threshold = 0.095, MaxInterval = TimeSpan.Zero });
        for (float score = 0.90f; score > 0.65f; score -= 0.02f)
        {
            bench.Window(score);
        }

        Assert.Equal([0, 5, 10], bench.Published.Select(item => item.Prediction));
        Assert.Equal([0, 4, 4], bench.Published.Select(item => item.Note.Suppressed));
        Assert.All(bench.Published, item => Assert.Equal(PublishReason.Change, item.Note.Reason));
    }

    [Fact]
    public void With_a_threshold_of_one_only_another_label_or_quality_counts()
    {
        var bench = new PolicyBench(OnChange with { Threshold = 1, MaxInterval = TimeSpan.Zero });
        Assert.Single(bench.Window(0.99f));

        Assert.Empty(bench.Window(0.51f));
        Assert.Single(bench.Window(0.49f));
        Assert.Single(bench.Window(0.49f, PredictionQuality.Degraded));
        Assert.Single(bench.Window(0.99f, PredictionQuality.NoInput));
        Assert.Empty(bench.Window(0.01f, PredictionQuality.NoInput));
    }

    [Fact]
    public void A_change_that_comes_too_soon_waits_and_goes_only_where_it_still_stands()
    {
        var bench = new PolicyBench(OnChange with { MinInterval = TimeSpan.FromMilliseconds(250) });
        bench.Window(0.9f);

        Assert.Empty(bench.Window(0.1f));
        Assert.Empty(bench.Window(0.1f));
        Assert.Single(bench.Window(0.1f));
        Assert.Empty(bench.Window(0.9f));
        Assert.Empty(bench.Window(0.1f));
        Assert.Empty(bench.Window(0.1f));
    }

    [Fact]
    public void An_unchanged_answer_is_repeated_after_the_longest_interval()
    {
        var bench = new PolicyBench(OnChange with { MaxInterval = TimeSpan.FromMilliseconds(300) });
        for (int i = 0; i < 7; i++)
        {
            bench.Window(0.9f);
        }

        Assert.Equal([0, 3, 6], bench.Published.Select(item => item.Prediction));
        Assert.Equal(PublishReason.Interval, bench.Published[^1].Note.Reason);
    }

    [Fact]
    public void Values_of_a_regression_change_in_their_unit_and_what_is_not_finite_counts_as_another_value()
    {
        var bench = new PolicyBench(OnChange with { Threshold = 2.5, MaxInterval = TimeSpan.Zero }, PolicyBench.Pose);
        Assert.Single(bench.Values(0, float.NaN));

        Assert.Empty(bench.Values(2.4f, float.NaN));
        Assert.Single(bench.Values(2.5f, float.NaN));
        Assert.Single(bench.Values(2.5f, 1));
        Assert.Single(bench.Values(2.5f, float.PositiveInfinity));
    }

    [Fact]
    public void An_event_starts_goes_on_and_ends_and_is_known_by_the_number_of_its_first_message()
    {
        var bench = new PolicyBench(Events with
        {
            Threshold = 0.8,
            MaxInterval = TimeSpan.FromMilliseconds(300),
            Labels = ["red"],
        });
        float[] scores = [0.1f, 0.9f, 0.95f, 0.9f, 0.9f, 0.85f, 0.6f, 0.2f];
        foreach (float score in scores)
        {
            bench.Window(score);
        }

        Assert.Equal(
            [(PublishReason.Start, 1), (PublishReason.Update, 4), (PublishReason.End, 6)],
            bench.Published.Select(item => (item.Note.Reason, item.Prediction)));
        Assert.Equal([1, 2, 1], bench.Published.Select(item => item.Note.Suppressed));
        HeadEvent end = bench.Published[2].Note.Event!.Value;
        Assert.Equal((0, 0, 5, 0.95f), (end.Id, end.Label, end.Windows, end.TopScore));
        Assert.Equal(1.4, (end.End - end.Start).TotalSeconds, 6);
    }

    [Fact]
    public void One_window_may_end_an_event_and_start_the_next_one()
    {
        var bench = new PolicyBench(Events);
        bench.Window(0.9f);

        HeadNote[] both = bench.Window(0.1f);

        Assert.Equal([PublishReason.End, PublishReason.Start], both.Select(note => note.Reason));
        Assert.Equal([1, 2], both.Select(note => note.Sequence));
        Assert.Equal([0, 2], both.Select(note => note.Event!.Value.Id));
    }

    [Fact]
    public void A_label_must_stand_to_begin_and_be_away_to_end()
    {
        var bench = new PolicyBench(Events with
        {
            Labels = ["red"],
            MinInterval = TimeSpan.FromMilliseconds(200),
        });
        float[] scores = [0.9f, 0.1f, 0.9f, 0.9f, 0.9f, 0.1f, 0.9f, 0.1f, 0.1f];
        foreach (float score in scores)
        {
            bench.Window(score);
        }

        Assert.Equal(
            [(PublishReason.Start, 4), (PublishReason.End, 8)],
            bench.Published.Select(item => (item.Note.Reason, item.Prediction)));
        Assert.Equal(4, bench.Published[1].Note.Event!.Value.Windows);
    }

    [Fact]
    public void A_head_without_input_ends_its_event()
    {
        var bench = new PolicyBench(Events);
        bench.Window(0.9f);

        Assert.Equal(PublishReason.End, Assert.Single(bench.Window(0.9f, PredictionQuality.NoInput)).Reason);
    }

    [Fact]
    public void Policies_that_do_not_fit_are_listed_together()
    {
        var policies = new Dictionary<string, HeadPublishOptions>
        {
            ["pose"] = Events,
            ["colour"] = OnChange with { Threshold = 3, MinInterval = TimeSpan.FromHours(2), Labels = ["mauve"] },
            ["shape"] = OnChange,
        };

        string message = Assert.Throws<ConfigurationException>(
            () => HeadGates.Find(PredictionBench.Manifest, policies)).Message;

        Assert.Contains("head 'pose' is a regression and has no events", message, StringComparison.Ordinal);
        Assert.Contains("head 'colour' is a classification: Threshold", message, StringComparison.Ordinal);
        Assert.Contains("MinInterval must be 0..1 h", message, StringComparison.Ordinal);
        Assert.Contains("no label 'mauve'; it has red, green", message, StringComparison.Ordinal);
        Assert.Contains("no head 'shape'; it has colour, pose", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_star_stands_for_all_heads_that_are_not_named()
    {
        HeadPublishOptions[] found = HeadGates.Find(
            PredictionBench.Manifest,
            new Dictionary<string, HeadPublishOptions> { ["*"] = OnChange, ["pose"] = HeadPublishOptions.Every });

        Assert.Equal([PublishPolicy.OnChange, PublishPolicy.Every], found.Select(policy => policy.Policy));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_threshold_that_is_none_is_refused(double threshold)
    {
        Assert.Contains("Threshold", Assert.Single((OnChange with { Threshold = threshold }).Check()),
            StringComparison.Ordinal);
    }
}
