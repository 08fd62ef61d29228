using EdgeFusion.Testing.Publishing;

namespace EdgeFusion.Linux.Tests.Mqtt;

/// <summary>The publisher on libmosquitto keeps to the contract, against a real broker.</summary>
public sealed class MosquittoPublisherContractTests : PublisherContract
{
    protected override IPublisherBench Open() => new MosquittoBench();

    [NeedsBrokerFact]
    public override void Connecting_to_nobody_is_an_error_that_names_the_target() =>
        base.Connecting_to_nobody_is_an_error_that_names_the_target();

    [NeedsBrokerFact]
    public override void Connecting_honours_the_stop_token() =>
        base.Connecting_honours_the_stop_token();

    [NeedsBrokerFact]
    public override void Messages_arrive_as_they_were_sent() =>
        base.Messages_arrive_as_they_were_sent();

    [NeedsBrokerFact]
    public override void Each_message_of_at_least_once_is_acknowledged_with_its_ticket() =>
        base.Each_message_of_at_least_once_is_acknowledged_with_its_ticket();

    [NeedsBrokerFact]
    public override void Full_flight_window_answers_busy_and_opens_again() =>
        base.Full_flight_window_answers_busy_and_opens_again();

    [NeedsBrokerFact]
    public override void Topic_with_a_wildcard_is_refused_and_harms_nobody() =>
        base.Topic_with_a_wildcard_is_refused_and_harms_nobody();

    [NeedsBrokerFact]
    public override void Wake_ends_a_pump() =>
        base.Wake_ends_a_pump();

    [NeedsBrokerFact]
    public override void Broken_connection_is_an_error_and_leaves_the_will() =>
        base.Broken_connection_is_an_error_and_leaves_the_will();

    [NeedsBrokerFact]
    public override void Clean_end_leaves_no_will() =>
        base.Clean_end_leaves_no_will();

    [NeedsBrokerFact]
    public override void Wake_and_disconnect_after_the_end_do_nothing() =>
        base.Wake_and_disconnect_after_the_end_do_nothing();
}
