using EdgeFusion.Testing.Payloads;
using Xunit;

namespace EdgeFusion.Linux.Tests.Mqtt.Sparkplug;

/// <summary>The specification's assertions on a node over a real broker, decoded by Eclipse Tahu's reader.</summary>
public sealed class SparkplugTests(SparkplugRun run) : IClassFixture<SparkplugRun>
{
    public static TheoryData<string> Ids => [.. SparkplugAssertions.ById.Keys.Select(id => "tck-id-" + id)];

    [NeedsPayloadReaderTheory("mosquitto", "mosquitto_sub")]
    [MemberData(nameof(Ids))]
    public void Assertion_of_the_specification_holds(string id)
    {
        Assert.Null(run.Obstacle);
        Assert.True(
            SparkplugAssertions.ById[id["tck-id-".Length..]](run),
            string.Join('\n', run.Messages.Select(message => $"{message.Topic} {message.Payload}")));
    }
}
