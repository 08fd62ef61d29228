using EdgeFusion.Worker.Subscribing;

namespace EdgeFusion.Worker.Tests.Subscribing;

public sealed class DeliveryTrackerTests
{
    private const string Topic = "edgefusion/n/prediction/p";

    [Fact]
    public void A_set_of_numbers_knows_what_it_holds_whatever_the_order()
    {
        // Not by FsCheck: it prints, and the console is one per process, which other tests capture.
        var random = new Random(11);
        for (int round = 0; round < 500; round++)
        {
            var set = new SequenceSet();
            var model = new HashSet<int>();
            for (int i = random.Next(60); i > 0; i--)
            {
                int number = random.Next(31);
                Assert.Equal(model.Add(number), set.Add(number));
            }

            IEnumerable<int> missing = set.Missing(0, 30)
                .SelectMany(range => Enumerable.Range((int)range.From, (int)(range.To - range.From + 1)));
            Assert.Equal(model.Count, set.Count);
            Assert.Equal(Enumerable.Range(0, 31).Where(number => !model.Contains(number)), missing);
        }
    }

    [Fact]
    public void A_gap_is_asked_for_after_a_while_and_recovered()
    {
        var tracker = new DeliveryTracker(fromStart: false);
        tracker.Take(Topic, 1, 10, replayed: false, now: 0);
        tracker.Take(Topic, 1, 15, replayed: false, now: 1);

        Assert.Empty(tracker.Due(500, 1000, 2000, 5));
        (PredictionStream stream, long from, long to) = Assert.Single(tracker.Due(1001, 1000, 2000, 5));
        Assert.Empty(tracker.Due(2000, 1000, 2000, 5));
        for (long i = from; i <= to; i++)
        {
            tracker.Take(stream.Topic, stream.Epoch, i, replayed: true, now: 2001);
        }

        Assert.Equal(new DeliveryReport(6, 0, 0, 4, 0, 0, 0), tracker.Report);
        Assert.Empty(tracker.Due(9999, 1000, 2000, 5));
    }

    [Fact]
    public void The_end_of_a_run_is_missed_by_its_heartbeat_and_the_beginning_by_its_status()
    {
        var tracker = new DeliveryTracker(fromStart: false);
        tracker.Begin(1);
        tracker.Take(Topic, 1, 2, replayed: false, now: 0);
        tracker.Announce(Topic, 1, 4, now: 0);

        Assert.Equal(new DeliveryReport(1, 0, 0, 0, 0, 4, 0), tracker.Report);
    }

    [Fact]
    public void What_the_node_declares_is_not_lost_and_must_not_come()
    {
        var tracker = new DeliveryTracker(fromStart: false);
        tracker.Take(Topic, 1, 0, replayed: false, now: 0);
        tracker.Take(Topic, 1, 5, replayed: false, now: 0);
        tracker.Declare(Topic, 1, 1, 4, now: 0);
        tracker.Declare(Topic, 1, 1, 4, now: 0);

        Assert.Equal(new DeliveryReport(2, 0, 0, 0, 4, 0, 0), tracker.Report);

        tracker.Take(Topic, 1, 3, replayed: false, now: 0);
        tracker.Take(Topic, 1, 3, replayed: false, now: 0);

        Assert.Equal(new DeliveryReport(3, 1, 0, 0, 4, 0, 1), tracker.Report);
    }

    [Fact]
    public void The_tail_of_a_killed_run_is_missed_once_the_next_run_tells_how_far_it_had_come()
    {
        var tracker = new DeliveryTracker(fromStart: false);
        tracker.Take(Topic, 1, 3, replayed: false, now: 0);
        tracker.AnnounceRun(Topic, 1, 0, 9, now: 0);
        tracker.AnnounceRun(Topic, 2, 0, 9, now: 0);

        (PredictionStream stream, long from, long to) = Assert.Single(tracker.Due(1000, 1000, 2000, 5));
        Assert.Equal((1, 4, 9), (stream.Epoch, from, to));
        Assert.Equal(6, tracker.Report.Lost);
    }

    [Fact]
    public void A_run_that_nobody_has_seen_is_wanted_as_far_as_the_node_has_it_where_all_is_wanted()
    {
        var tracker = new DeliveryTracker(fromStart: true);
        tracker.AnnounceRun(Topic, 2, 100, 109, now: 0);

        Assert.Equal(10, tracker.Report.Lost);
    }

    [Fact]
    public void A_range_that_the_node_no_longer_has_does_not_keep_us_from_asking_for_the_next_one()
    {
        var tracker = new DeliveryTracker(fromStart: false);
        tracker.Take(Topic, 1, 0, replayed: false, now: 0);
        tracker.Take(Topic, 1, 5, replayed: false, now: 0);
        tracker.Take(Topic, 1, 9, replayed: false, now: 0);

        tracker.GiveUp(Assert.Single(tracker.Due(1000, 1000, 2000, 5)).Stream, 1, 4);

        (_, long from, long to) = Assert.Single(tracker.Due(9000, 1000, 2000, 5));
        Assert.Equal((6, 8), (from, to));
        Assert.Equal(7, tracker.Report.Lost);
    }

    [Fact]
    public void Copies_are_told_apart_by_what_came_first()
    {
        var tracker = new DeliveryTracker(fromStart: false);
        tracker.Take(Topic, 1, 0, replayed: false, now: 0);
        tracker.Take(Topic, 1, 0, replayed: false, now: 0);
        tracker.Take(Topic, 1, 1, replayed: true, now: 0);
        tracker.Take(Topic, 1, 1, replayed: false, now: 0);
        tracker.Take(Topic, 1, 0, replayed: true, now: 0);

        Assert.Equal(new DeliveryReport(2, 1, 1, 1, 0, 0, 0), tracker.Report);
    }

    [Fact]
    public void What_a_policy_keeps_back_is_counted_and_checked_between_neighbours_in_any_order()
    {
        (long Seq, long Prediction, long Suppressed)[] messages =
            [(0, 2, 2), (1, 3, 0), (2, 3, 0), (3, 10, 6), (4, 20, 9)];
        var random = new Random(3);
        for (int round = 0; round < 20; round++)
        {
            random.Shuffle(messages);
            var tracker = new DeliveryTracker(fromStart: true);
            foreach ((long seq, long prediction, long suppressed) in messages)
            {
                tracker.Take(Topic, 1, seq, replayed: false, now: 0, new Publication(prediction, suppressed));
            }

            Assert.Equal(new DeliveryReport(5, 0, 0, 0, 0, 0, 0) { Suppressed = 17 }, tracker.Report);
        }
    }

    [Fact]
    public void A_message_that_is_at_odds_with_its_neighbour_is_unexpected()
    {
        var tracker = new DeliveryTracker(fromStart: false);
        tracker.Take(Topic, 1, 0, replayed: false, now: 0, new Publication(0, 0));
        tracker.Take(Topic, 1, 2, replayed: false, now: 0, new Publication(9, 2));
        tracker.Take(Topic, 1, 1, replayed: false, now: 0, new Publication(5, 3));

        Assert.Equal(2, tracker.Report.Unexpected);
    }

    [Fact]
    public void A_head_whose_only_messages_were_missed_is_missed_by_its_heartbeat()
    {
        var tracker = new DeliveryTracker(fromStart: false);
        tracker.Begin(1);
        tracker.Announce(Topic, 1, 2, now: 0);
        tracker.Announce(Topic, 2, 2, now: 0);

        Assert.Equal(3, tracker.Report.Lost);
    }
}
