using System.Text.Json;
using System.Text.RegularExpressions;
using EdgeFusion.Publishing;
using EdgeFusion.Publishing.HomeAssistant;
using EdgeFusion.Publishing.Policies;
using EdgeFusion.Tests.Publishing.Sparkplug;
using Xunit;

namespace EdgeFusion.Tests.Publishing.HomeAssistant;

public sealed partial class HomeAssistantTests
{
    private const string Config = "homeassistant/device/edgefusion_n/config";

    private static readonly PredictionPublisherOptions Publishing = new()
    {
        Node = "n",
        Epoch = 5,
        Version = "0.1.0",
    };

    [Fact]
    public void The_announcement_has_what_the_documentation_asks_of_a_device()
    {
        JsonElement json = Announced(Publishing);

        Assert.Equal("edgefusion_n", Assert.Single(json.GetProperty("device").GetProperty("identifiers")
            .EnumerateArray()).GetString());
        Assert.Equal("EdgeFusion", json.GetProperty("origin").GetProperty("name").GetString());
        JsonElement availability = Assert.Single(json.GetProperty("availability").EnumerateArray());
        Assert.Equal("edgefusion/n/status", availability.GetProperty("topic").GetString());
        JsonProperty[] components = [.. json.GetProperty("components").EnumerateObject()];
        Assert.Equal(
            ["colour", "colour_score", "pose_value_x", "pose_value_y", "sensor_wrist", "node_lag"],
            components.Select(component => component.Name));
        Assert.All(components, component =>
        {
            Assert.Matches(Identifier(), component.Name);
            Assert.Matches(Identifier(), component.Value.GetProperty("unique_id").GetString());
            Assert.Contains(component.Value.GetProperty("platform").GetString(), new[] { "sensor", "binary_sensor" });
            Assert.StartsWith("edgefusion/n/", component.Value.GetProperty("state_topic").GetString());
            Assert.StartsWith("{{", component.Value.GetProperty("value_template").GetString());
        });
        Assert.Equal(
            components.Length,
            components.Select(component => component.Value.GetProperty("unique_id").GetString()).Distinct().Count());
        JsonElement colour = components[0].Value;
        Assert.Equal("enum", colour.GetProperty("device_class").GetString());
        Assert.Equal(
            ["red", "green", "<blue>"], colour.GetProperty("options").EnumerateArray().Select(o => o.GetString()));
        Assert.Equal(3, colour.GetProperty("expire_after").GetInt32());
        Assert.Equal("m", components[2].Value.GetProperty("unit_of_measurement").GetString());
        Assert.Equal(30, components[4].Value.GetProperty("expire_after").GetInt32());
    }

    [Fact]
    public void How_long_an_answer_stands_follows_its_policy()
    {
        JsonElement json = Announced(Publishing with
        {
            Heads = new Dictionary<string, HeadPublishOptions>
            {
                ["colour"] = new() { Policy = PublishPolicy.Events },
                ["pose"] = new() { Policy = PublishPolicy.OnChange, MaxInterval = TimeSpan.FromSeconds(20) },
            },
        }).GetProperty("components");

        Assert.False(json.GetProperty("colour").TryGetProperty("expire_after", out _));
        Assert.Contains("event.label", json.GetProperty("colour").GetProperty("value_template").GetString());
        Assert.Equal(60, json.GetProperty("pose_value_x").GetProperty("expire_after").GetInt32());
    }

    [Fact]
    public void It_is_retained_repeated_on_each_connection_and_when_home_assistant_starts()
    {
        var bench = new OutboxBench();
        Announce(bench, Publishing, new HomeAssistantOptions());
        bench.Run(TimeSpan.FromSeconds(0.5));
        Assert.Single(bench.Broker.On(Config));
        Assert.NotNull(bench.Broker.Retained(Config));

        bench.Broker.Kill();
        bench.Broker.IsUp = true;
        bench.Run(TimeSpan.FromSeconds(2));
        Assert.Equal(2, bench.Broker.On(Config).Count);
        Assert.NotNull(bench.Broker.Retained(Config));

        bench.Publisher.Say(new InboundMessage("homeassistant/status", "offline"u8.ToArray(), false, null, default));
        bench.Run(TimeSpan.FromSeconds(0.5));
        Assert.Equal(2, bench.Broker.On(Config).Count);
        bench.Publisher.Say(new InboundMessage("homeassistant/status", "online"u8.ToArray(), false, null, default));
        bench.Run(TimeSpan.FromSeconds(0.5));
        Assert.Equal(3, bench.Broker.On(Config).Count);
        Assert.Contains("homeassistant/status", bench.Publisher.Filters);
    }

    [Fact]
    public void Removing_it_is_an_empty_retained_message()
    {
        var bench = new OutboxBench();
        Announce(bench, Publishing, new HomeAssistantOptions { Remove = true });
        bench.Run(TimeSpan.FromSeconds(0.5));

        Assert.Equal([""], bench.Broker.On(Config));
        Assert.Equal("", bench.Broker.Retained(Config));
    }

    [Fact]
    public void Predictions_in_cbor_are_refused()
    {
        Assert.Throws<ConfigurationException>(() => Announce(
            new OutboxBench(), Publishing with { Encoding = PayloadEncoding.Cbor }, new HomeAssistantOptions()));
    }

    [Theory]
    [InlineData("cell-1_x", "cell-1_x")]
    [InlineData("a.b", "a_b_")]
    [InlineData("größe", "gr__e_")]
    public void Names_become_identifiers_that_stay_different(string name, string beginning)
    {
        Assert.StartsWith(beginning, EntityId.From(name), StringComparison.Ordinal);
        Assert.Matches(Identifier(), EntityId.From(name));
        Assert.NotEqual(EntityId.From("a_b"), EntityId.From("a.b"));
        Assert.NotEqual(EntityId.From("a b"), EntityId.From("a.b"));
    }

    [GeneratedRegex("^[a-zA-Z0-9_-]+$")]
    private static partial Regex Identifier();

    private static JsonElement Announced(PredictionPublisherOptions publishing)
    {
        var bench = new OutboxBench();
        Announce(bench, publishing, new HomeAssistantOptions());
        bench.Run(TimeSpan.FromSeconds(0.5));
        return JsonDocument.Parse(bench.Broker.On(Config)[0]).RootElement;
    }

    private static void Announce(
        OutboxBench bench, PredictionPublisherOptions publishing, HomeAssistantOptions options) =>
        HomeAssistantDiscovery.Announce(
            PredictionBench.Manifest, [new SparkplugBench.FakeSensor()], bench.Outbox, publishing, options);
}
