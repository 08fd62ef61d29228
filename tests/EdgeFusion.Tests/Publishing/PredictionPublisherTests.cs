using System.Text.Json;
using EdgeFusion.Predictions;
using EdgeFusion.Publishing;
using EdgeFusion.Publishing.Policies;
using EdgeFusion.Sensing;
using EdgeFusion.Testing;
using EdgeFusion.Testing.Publishing;
using EdgeFusion.Tests.Publishing.Durable;
using EdgeFusion.Time;
using Xunit;

namespace EdgeFusion.Tests.Publishing;

public sealed class PredictionPublisherTests
{
    private static readonly PredictionPublisherOptions Options =
        new() { Node = "cell/1#", Epoch = 5, Version = "0.1.0" };

    [Fact]
    public void Every_message_of_a_run_has_its_topic_its_guarantees_and_fits_its_schema()
    {
        var bench = new OutboxBench();
        var sensor = new FakeHealth { LastArrival = bench.Clock.Now };
        using var publisher = new PredictionPublisher(
            PredictionBench.Manifest, PredictionBench.Prediction().Engine, [sensor], bench.Outbox, bench.Clock,
            Options);

        publisher.Write(PredictionBench.Prediction());
        bench.Run(TimeSpan.FromSeconds(2.5));
        bench.Outbox.SayFarewell();

        const string Root = "edgefusion/cell_1_/";
        IReadOnlyList<ReceivedMessage> received = bench.Broker.Received;
        Assert.Equal(2, Check(received, Root + "prediction/colour", "prediction", false, 1, 60)
            + Check(received, Root + "prediction/pose", "prediction", false, 1, 60));
        Assert.Equal(1, Check(received, Root + "info", "info", true, 1, 0));
        Assert.Equal(1, Check(received, Root + "sensor/wrist", "sensor", true, 1, 30));
        Assert.Equal(3, Check(received, Root + "heartbeat", "heartbeat", false, 0, 5));
    }

    [Fact]
    public void A_change_of_the_model_is_announced_before_its_first_prediction_and_stands_in_each()
    {
        var bench = new OutboxBench();
        using var publisher = new PredictionPublisher(
            PredictionBench.Manifest, PredictionBench.Prediction().Engine, [], bench.Outbox, bench.Clock, Options);
        Prediction next = PredictionBench.Prediction();
        next.AnswerBy(PredictionBench.Manifest with { Version = "2.0.0", Sha256 = new string('b', 64) });

        publisher.Write(PredictionBench.Prediction());
        bench.Run(TimeSpan.FromSeconds(1));
        publisher.Write(next);
        publisher.PredictionExpiry = TimeSpan.FromSeconds(7);
        publisher.Write(next);
        bench.Run(TimeSpan.FromSeconds(1));

        List<ReceivedMessage> received = bench.Broker.Received.Where(
            message => message.Topic.EndsWith("/info", StringComparison.Ordinal)
                || message.Topic.EndsWith("/colour", StringComparison.Ordinal)).ToList();
        Assert.Equal(
            ["info 1.0.0", "colour 1.0.0", "info 2.0.0", "colour 2.0.0", "colour 2.0.0"],
            received.Select(message => $"{message.Topic.Split('/')[^1]} {ModelVersion(message)}"));
        Assert.Equal(7, received[^1].Expiry.TotalSeconds);
    }

    [Fact]
    public void Another_policy_applies_from_the_next_prediction_on_and_numbers_go_on()
    {
        var bench = new OutboxBench();
        using var publisher = new PredictionPublisher(
            PredictionBench.Manifest, PredictionBench.Prediction().Engine, [], bench.Outbox, bench.Clock, Options);
        for (int i = 0; i < 6; i++)
        {
            if (i == 2)
            {
                publisher.Apply(new Dictionary<string, HeadPublishOptions>
                {
                    ["colour"] = new() { Policy = PublishPolicy.OnChange, MaxInterval = TimeSpan.Zero },
                });
            }

            Prediction prediction = PredictionBench.Prediction();
            prediction.Sequence = i;
            publisher.Write(prediction);
        }

        bench.Run(TimeSpan.FromSeconds(1));

        string[] numbers = bench.Broker.Received
            .Where(message => message.Topic.EndsWith("/colour", StringComparison.Ordinal))
            .Select(message => JsonDocument.Parse(message.Payload).RootElement.GetProperty("seq").ToString()).ToArray();
        Assert.Equal(["0", "1", "2"], numbers);
        Assert.Throws<ConfigurationException>(() => publisher.Apply(
            new Dictionary<string, HeadPublishOptions> { ["no-head"] = HeadPublishOptions.Every }));
    }

    [Fact]
    public void Status_messages_fit_their_schema_and_are_retained()
    {
        StatusMessages status = StatusMessages.Create(new NodeTopics("n"), "n", 5, "0.1.0");

        foreach ((PublishMessage message, string state) in new[]
        {
            (status.Online, "online"), (status.Stopped, "stopped"), (status.Lost, "lost"),
        })
        {
            string payload = System.Text.Encoding.UTF8.GetString(message.Payload.Span);
            PayloadSchema.AssertValid("status", payload);
            Assert.Contains($"\"state\":\"{state}\"", payload, StringComparison.Ordinal);
            Assert.True(message.Retain);
            Assert.Equal(QualityOfService.AtLeastOnce, message.Quality);
            Assert.Equal("edgefusion/n/status", message.Topic);
        }
    }

    [Fact]
    public void Sensor_states_come_on_change_and_every_ten_seconds()
    {
        var bench = new OutboxBench();
        var sensor = new FakeHealth { State = SensorState.Starting };
        using var publisher = new PredictionPublisher(
            PredictionBench.Manifest, null, [sensor], bench.Outbox, bench.Clock, Options);

        bench.Run(TimeSpan.FromSeconds(3));
        sensor.State = SensorState.Live;
        sensor.LastArrival = bench.Clock.Now;
        bench.Run(TimeSpan.FromSeconds(2));
        sensor.Taken = 500;
        bench.Run(TimeSpan.FromSeconds(12));

        JsonElement[] states = bench.Broker.On("edgefusion/cell_1_/sensor/wrist")
            .Select(payload => JsonDocument.Parse(payload).RootElement).ToArray();
        Assert.Equal(["off", "ok", "ok"], states.Select(state => state.GetProperty("state").GetString()));
        Assert.Equal("starting", states[0].GetProperty("detail").GetString());
        Assert.Equal(JsonValueKind.Null, states[0].GetProperty("age_ms").ValueKind);
        Assert.InRange(states[2].GetProperty("rate_hz").GetDouble(), 49, 51);
        JsonElement account = states[2].GetProperty("account");
        Assert.Equal((5, 4), (account.GetProperty("captured").GetInt64(), account.GetProperty("used").GetInt64()));
        Assert.Equal(1, account.GetProperty("dropped").GetProperty("crc_bad").GetInt64());
    }

    [Fact]
    public void Heartbeat_tells_the_last_window_and_its_lag()
    {
        var bench = new OutboxBench();
        using var publisher = new PredictionPublisher(
            PredictionBench.Manifest, null, [], bench.Outbox, bench.Clock, Options);
        bench.Step(2);
        publisher.Write(PredictionBench.Prediction());

        bench.Run(TimeSpan.FromSeconds(2));

        JsonElement[] beats = bench.Broker.On("edgefusion/cell_1_/heartbeat")
            .Select(payload => JsonDocument.Parse(payload).RootElement).ToArray();
        Assert.Equal(JsonValueKind.Null, beats[0].GetProperty("window").ValueKind);
        Assert.Equal(42, beats[^1].GetProperty("window").GetInt64());
        Assert.True(beats[^1].GetProperty("outbox").GetProperty("published").GetInt64() > 2);
    }

    [Fact]
    public void How_far_a_killed_run_had_come_is_told_retained_with_the_first_heartbeat_of_the_next()
    {
        using var bench = new LogBench();
        Outbox first = bench.Open();
        LogBench.Send(first, 0, 5);
        bench.Crash(first);
        using Outbox second = bench.Open();
        using var publisher = new PredictionPublisher(
            PredictionBench.Manifest, null, [], second, bench.Clock, Options);

        bench.Run(second);

        ReceivedMessage told = Assert.Single(
            bench.Broker.Received, message => message.Topic == "edgefusion/cell_1_/gaps");
        PayloadSchema.AssertValid("gaps", told.Payload);
        Assert.True(told.Retain);
        JsonElement runs = JsonDocument.Parse(told.Payload).RootElement.GetProperty("runs");
        JsonElement run = Assert.Single(runs.EnumerateArray());
        Assert.Equal(
            ("p", "0000000000000007", 0, 4),
            (run.GetProperty("topic").GetString(), run.GetProperty("epoch").GetString(),
                run.GetProperty("from_seq").GetInt64(), run.GetProperty("to_seq").GetInt64()));
    }

    [Fact]
    public void Writing_a_prediction_allocates_nothing_in_steady_state()
    {
        var bench = new OutboxBench(new OutboxOptions { MaxMessages = 16 });
        bench.Broker.IsUp = false;
        using var publisher = new PredictionPublisher(
            PredictionBench.Manifest, null, [], bench.Outbox, bench.Clock, Options);
        Prediction prediction = PredictionBench.Prediction();
        Write(publisher, prediction, 200);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Write(publisher, prediction, 10_000);

        Allocations.AssertNone(10_000, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData("plain-1_x.y", "plain-1_x.y")]
    [InlineData("a/b+c#d", "a_b_c_d")]
    [InlineData("$SYS", "_SYS")]
    [InlineData("", "_")]
    [InlineData("nul\0tab\tdel\u007f", "nul_tab_del_")]
    [InlineData("bidi\u202Eevil\u2066x", "bidi_evil_x")]
    [InlineData("größe", "größe")]
    public void Topic_segments_are_made_legal(string name, string segment)
    {
        Assert.Equal(segment, TopicName.Segment(name));
    }

    [Fact]
    public void Long_names_are_cut()
    {
        Assert.Equal(TopicName.MaxSegment, TopicName.Segment(new string('x', 1000)).Length);
    }

    private static void Write(PredictionPublisher publisher, Prediction prediction, int times)
    {
        for (int i = 0; i < times; i++)
        {
            publisher.Write(prediction);
        }
    }

    private static string? ModelVersion(ReceivedMessage message)
    {
        using JsonDocument document = JsonDocument.Parse(message.Payload);
        return document.RootElement.GetProperty("model").GetProperty("version").GetString();
    }

    private static int Check(
        IReadOnlyList<ReceivedMessage> received, string topic, string schema, bool retain, int quality, int expiry)
    {
        ReceivedMessage[] messages = received.Where(message => message.Topic == topic).ToArray();
        Assert.NotEmpty(messages);
        foreach (ReceivedMessage message in messages)
        {
            PayloadSchema.AssertValid(schema, message.Payload);
            Assert.Equal(retain, message.Retain);
            Assert.Equal(quality, (int)message.Quality);
            Assert.InRange(message.Expiry.TotalSeconds, expiry - 0.5, expiry);
        }

        return messages.Length;
    }

    private sealed class FakeHealth : ISensorHealth
    {
        public SensorInfo Info { get; } = new()
        {
            Name = "wrist",
            Modality = "force",
            Layout = VectorLayout.Uniform(6, "f", "N"),
            RateHz = 500,
        };

        public SensorState State { get; set; } = SensorState.Live;

        public long Taken { get; set; }

        public long Rejected => 0;

        public long Overwritten => 0;

        public long Restarts => 0;

        public SensorAccount? Account { get; } = new()
        {
            Sensor = "wrist",
            Captured = 5,
            Used = 4,
            Reasons = [new("crc_bad", 1, CounterRole.Lost)],
        };

        public SensorZero? Zero { get; } = new(1, new Timestamp(7), [0.5f, 0, -2, 0, 0, 0]);

        public Timestamp? LastArrival { get; set; }
    }
}
