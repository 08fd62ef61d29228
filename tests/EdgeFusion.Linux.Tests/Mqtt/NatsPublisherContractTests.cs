using EdgeFusion.Publishing;
using EdgeFusion.Testing.Publishing;
using Xunit;

namespace EdgeFusion.Linux.Tests.Mqtt;

/// <summary>The publisher on libmosquitto keeps to the contract against nats-server, too: MQTT 3.1.1.</summary>
public sealed class NatsPublisherContractTests : PublisherContract
{
    protected override IPublisherBench Open() => new NatsBench();

    [NeedsNatsFact]
    public override void Connecting_to_nobody_is_an_error_that_names_the_target() =>
        base.Connecting_to_nobody_is_an_error_that_names_the_target();

    [NeedsNatsFact]
    public override void Connecting_honours_the_stop_token() =>
        base.Connecting_honours_the_stop_token();

    [NeedsNatsFact]
    public override void Messages_arrive_as_they_were_sent()
    {
        using IPublisherBench bench = Open();
        bench.Publisher.Connect(null, TimeSpan.FromSeconds(10), default);

        Assert.Equal(HandOver.Taken, bench.Publisher.TryPublish(Message("a/b", "x1", retain: true), 7));
        Pump(bench, () => bench.Received.Count >= 1);

        // MQTT 3.1.1 has no expiry; all else is the same.
        ReceivedMessage message = Assert.Single(bench.Received);
        Assert.Equal(("a/b", "x1", QualityOfService.AtLeastOnce), (message.Topic, message.Payload, message.Quality));
    }

    [NeedsNatsFact]
    public override void Each_message_of_at_least_once_is_acknowledged_with_its_ticket() =>
        base.Each_message_of_at_least_once_is_acknowledged_with_its_ticket();

    [NeedsNatsFact]
    public override void Full_flight_window_answers_busy_and_opens_again() =>
        base.Full_flight_window_answers_busy_and_opens_again();

    [NeedsNatsFact]
    public override void Topic_with_a_wildcard_is_refused_and_harms_nobody() =>
        base.Topic_with_a_wildcard_is_refused_and_harms_nobody();

    [NeedsNatsFact]
    public override void Wake_ends_a_pump() =>
        base.Wake_ends_a_pump();

    [NeedsNatsFact]
    public override void Broken_connection_is_an_error_and_leaves_the_will() =>
        base.Broken_connection_is_an_error_and_leaves_the_will();

    [NeedsNatsFact]
    public override void Clean_end_leaves_no_will() =>
        base.Clean_end_leaves_no_will();

    [NeedsNatsFact]
    public override void Wake_and_disconnect_after_the_end_do_nothing() =>
        base.Wake_and_disconnect_after_the_end_do_nothing();
}
