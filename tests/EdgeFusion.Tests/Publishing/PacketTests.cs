using EdgeFusion.Publishing;
using Xunit;

namespace EdgeFusion.Tests.Publishing;

/// <summary>Sizes and aliases of packets.</summary>
public sealed class PacketTests
{
    [Fact]
    public void The_size_is_that_of_the_bytes_on_the_wire()
    {
        var size = default(PacketSize);
        Assert.Equal(1 + 1 + 2 + 1 + 1 + 2, size.Whole(topicBytes: 1, payloadBytes: 2, isAcknowledged: false));

        size.AddNumber(1); // 2: payload format
        size.AddNumber(4); // 5: expiry
        size.AddData(16); // 19: content type
        size.AddPair(6, 1); // 12: user property

        Assert.Equal(2 + 10 + 2 + 1 + 38 + 100, size.Rest(topicBytes: 10, payloadBytes: 100, isAcknowledged: true));
        Assert.Equal(1 + 2 + 153, size.Whole(topicBytes: 10, payloadBytes: 100, isAcknowledged: true));
    }

    [Fact]
    public void Only_topics_that_come_again_get_a_number_and_only_as_many_as_the_broker_allows()
    {
        var aliases = new TopicAliases();
        aliases.Reset(2);

        Assert.Equal((1, false), Find(aliases, Message("a")));
        Assert.Equal((1, false), Find(aliases, Message("a")));
        aliases.Learn("a");
        Assert.Equal((1, true), Find(aliases, Message("a")));
        Assert.Equal((0, false), Find(aliases, Message("state") with { Retain = true }));
        Assert.Equal((0, false), Find(aliases, Message("reply") with { Correlation = new byte[] { 1 } }));
        Assert.Equal((2, false), Find(aliases, Message("b")));
        aliases.Learn("b");
        Assert.Equal((0, false), Find(aliases, Message("c")));
        Assert.Equal((2, true), Find(aliases, Message("b")));
    }

    [Fact]
    public void A_new_connection_knows_nothing_and_a_broker_without_aliases_gets_none()
    {
        var aliases = new TopicAliases();
        aliases.Reset(10);
        aliases.Learn("a");

        aliases.Reset(10);
        Assert.Equal((1, false), Find(aliases, Message("a")));
        aliases.Reset(0);
        Assert.Equal((0, false), Find(aliases, Message("a")));
    }

    private static (int Number, bool IsKnown) Find(TopicAliases aliases, PublishMessage message) =>
        (aliases.Find(message, out bool isKnown), isKnown);

    private static PublishMessage Message(string topic) => new(
        topic, default, QualityOfService.AtLeastOnce, false, TimeSpan.Zero, PublishMessage.Json);
}
