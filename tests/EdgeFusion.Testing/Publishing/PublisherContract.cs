using System.Text;
using EdgeFusion.Publishing;
using Xunit;

namespace EdgeFusion.Testing.Publishing;

/// <summary>What every publisher keeps to. Each test gets a bench of its own.</summary>
public abstract class PublisherContract
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>A publisher with its broker, running.</summary>
    protected abstract IPublisherBench Open();

    [Fact]
    public virtual void Connecting_to_nobody_is_an_error_that_names_the_target()
    {
        using IPublisherBench bench = Open();
        bench.StopBroker();

        var fault = Assert.Throws<TransportException>(
            () => bench.Publisher.Connect(null, TimeSpan.FromSeconds(2), default));

        Assert.Contains(bench.Publisher.Target, fault.Message, StringComparison.Ordinal);
        Assert.False(bench.Publisher.IsConnected);
    }

    [Fact]
    public virtual void Connecting_honours_the_stop_token()
    {
        using IPublisherBench bench = Open();

        Assert.ThrowsAny<OperationCanceledException>(
            () => bench.Publisher.Connect(null, Patience, new CancellationToken(canceled: true)));

        Assert.False(bench.Publisher.IsConnected);
    }

    [Fact]
    public virtual void Messages_arrive_as_they_were_sent()
    {
        using IPublisherBench bench = Open();
        bench.Publisher.Connect(null, Patience, default);

        Assert.Equal(HandOver.Taken, bench.Publisher.TryPublish(Message("a/b", "x1", retain: true), 7));
        Pump(bench, () => bench.Received.Count >= 1);

        ReceivedMessage message = Assert.Single(bench.Received);
        Assert.Equal(("a/b", "x1", QualityOfService.AtLeastOnce), (message.Topic, message.Payload, message.Quality));
        Assert.InRange(message.Expiry, TimeSpan.FromSeconds(58), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public virtual void Each_message_of_at_least_once_is_acknowledged_with_its_ticket()
    {
        using IPublisherBench bench = Open();
        bench.Publisher.Connect(null, Patience, default);
        var receipts = new Receipts();
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(HandOver.Taken, bench.Publisher.TryPublish(Message("a", $"{i}"), 100 + i));
        }

        Assert.Equal(5, bench.Publisher.InFlight);
        Pump(bench, () => receipts.Tickets.Count == 5, receipts);

        Assert.Equal([100, 101, 102, 103, 104], receipts.Tickets);
        Assert.Equal(0, bench.Publisher.InFlight);
    }

    [Fact]
    public virtual void Full_flight_window_answers_busy_and_opens_again()
    {
        using IPublisherBench bench = Open();
        bench.Publisher.Connect(null, Patience, default);
        int taken = 0;
        while (taken < 1000 && bench.Publisher.TryPublish(Message("a", "x"), taken) == HandOver.Taken)
        {
            taken++;
        }

        Assert.Equal(20, taken);
        Pump(bench, () => bench.Publisher.InFlight == 0);
        Assert.Equal(HandOver.Taken, bench.Publisher.TryPublish(Message("a", "x"), 1000));
    }

    [Fact]
    public virtual void Topic_with_a_wildcard_is_refused_and_harms_nobody()
    {
        using IPublisherBench bench = Open();
        bench.Publisher.Connect(null, Patience, default);

        Assert.Equal(HandOver.Refused, bench.Publisher.TryPublish(Message("a/#", "x"), 1));
        Assert.Equal(HandOver.Taken, bench.Publisher.TryPublish(Message("a", "y"), 2));

        Pump(bench, () => bench.Received.Count >= 1);
        Assert.Equal("y", Assert.Single(bench.Received).Payload);
    }

    [Fact]
    public virtual void Wake_ends_a_pump()
    {
        using IPublisherBench bench = Open();
        bench.Publisher.Connect(null, Patience, default);
        bench.Publisher.Wake();
        long before = Environment.TickCount64;

        // Once for the latched wake, and room for one thing that the broker says after connecting.
        bench.Publisher.Pump(TimeSpan.FromMilliseconds(900), new Receipts());

        Assert.InRange(Environment.TickCount64 - before, 0, 600);
    }

    [Fact]
    public virtual void Broken_connection_is_an_error_and_leaves_the_will()
    {
        using IPublisherBench bench = Open();
        bench.Publisher.Connect(Message("status", "lost", retain: true), Patience, default);
        bench.BreakConnection();

        Assert.Throws<TransportException>(() => Pump(bench, () => false));

        Assert.False(bench.Publisher.IsConnected);
        bench.WaitUntil(() => bench.Received.Any(message => message.Payload == "lost"));
    }

    [Fact]
    public virtual void Clean_end_leaves_no_will()
    {
        using IPublisherBench bench = Open();
        bench.Publisher.Connect(Message("status", "lost"), Patience, default);
        bench.Publisher.Disconnect();
        bench.Publisher.Connect(null, Patience, default);
        bench.Publisher.TryPublish(Message("a", "after"), 1);

        Pump(bench, () => bench.Received.Count >= 1);

        Assert.Equal("after", Assert.Single(bench.Received).Payload);
    }

    [Fact]
    public virtual void Wake_and_disconnect_after_the_end_do_nothing()
    {
        using IPublisherBench bench = Open();
        bench.Publisher.Dispose();

        bench.Publisher.Wake();
        bench.Publisher.Disconnect();
        bench.Publisher.Dispose();

        Assert.False(bench.Publisher.IsConnected);
    }

    /// <summary>A message with an expiry of a minute.</summary>
    protected static PublishMessage Message(string topic, string payload, bool retain = false) => new(
        topic, Encoding.UTF8.GetBytes(payload), QualityOfService.AtLeastOnce, retain, TimeSpan.FromSeconds(60),
        PublishMessage.Json);

    /// <summary>Pumps until something is the case, for ten seconds at most.</summary>
    protected static void Pump(IPublisherBench bench, Func<bool> done, Receipts? receipts = null)
    {
        ArgumentNullException.ThrowIfNull(bench);
        ArgumentNullException.ThrowIfNull(done);
        receipts ??= new Receipts();
        long end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (!done())
        {
            Assert.True(Environment.TickCount64 < end, "nothing came in time");
            bench.Publisher.Pump(TimeSpan.FromMilliseconds(20), receipts);
        }
    }

    /// <summary>Notes acknowledgements.</summary>
    protected sealed class Receipts : IPublishReceipts
    {
        /// <summary>Tickets in order.</summary>
        public List<long> Tickets { get; } = [];

        /// <summary>Outcomes in order.</summary>
        public List<PublishOutcome> Outcomes { get; } = [];

        /// <inheritdoc/>
        public void Acknowledged(long ticket, PublishOutcome outcome)
        {
            Tickets.Add(ticket);
            Outcomes.Add(outcome);
        }
    }
}
