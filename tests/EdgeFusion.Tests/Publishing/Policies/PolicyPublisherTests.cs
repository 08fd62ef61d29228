using System.Text.Json;
using EdgeFusion.Predictions;
using EdgeFusion.Publishing;
using EdgeFusion.Publishing.Policies;
using EdgeFusion.Testing;
using Xunit;

namespace EdgeFusion.Tests.Publishing.Policies;

public sealed class PolicyPublisherTests
{
    private const string Colour = "edgefusion/n/prediction/colour";

    private static readonly PredictionPublisherOptions Options = new()
    {
        Node = "n",
        Epoch = 5,
        Version = "0.1.0",
        Heads = new Dictionary<string, HeadPublishOptions>
        {
            ["colour"] = new() { Policy = PublishPolicy.Events, MaxInterval = TimeSpan.FromMilliseconds(300) },
            ["pose"] = new() { Policy = PublishPolicy.OnChange },
        },
    };

    [Fact]
    public void Every_message_fits_its_schema_and_says_what_was_kept_back()
    {
        var bench = new OutboxBench();
        using PredictionPublisher publisher = Open(bench);
        Feed(publisher, 30);
        bench.Run(TimeSpan.FromSeconds(1.5));

        foreach (string payload in bench.Broker.Received.Where(message => message.Topic.Contains("/prediction/"))
            .Select(message => message.Payload))
        {
            PayloadSchema.AssertValid("prediction", payload);
        }

        string beat = bench.Broker.On("edgefusion/n/heartbeat")[^1];
        PayloadSchema.AssertValid("heartbeat", beat);
        PayloadSchema.AssertValid("info", bench.Broker.On("edgefusion/n/info")[^1]);
        JsonElement[] messages = [.. bench.Broker.On(Colour).Select(text => JsonDocument.Parse(text).RootElement)];
        Assert.Equal("start", messages[0].GetProperty("publication").GetProperty("reason").GetString());
        Assert.Equal(0, messages[0].GetProperty("event").GetProperty("id").GetInt64());
        JsonElement head = JsonDocument.Parse(beat).RootElement.GetProperty("heads").GetProperty("colour");
        Assert.Equal(messages[^1].GetProperty("seq").GetInt64(), head.GetProperty("seq").GetInt64());
        long windows = messages.Select(message => Publication(message, "prediction")).Distinct().Count();
        Assert.Equal(30, windows + head.GetProperty("suppressed").GetInt64());
    }

    [Fact]
    public void Delivered_and_declared_is_what_was_produced_with_a_full_outbox_and_skipped_predictions()
    {
        var bench = new OutboxBench(new OutboxOptions { MaxMessages = 12 });
        bench.Broker.IsUp = false;
        using PredictionPublisher publisher = Open(bench);
        Feed(publisher, 100, skipEvery: 10);
        bench.Broker.IsUp = true;
        bench.Run(TimeSpan.FromSeconds(3));

        foreach (string topic in new[] { Colour, "edgefusion/n/prediction/pose" })
        {
            var told = bench.Broker.On(topic)
                .Select(text => JsonDocument.Parse(text).RootElement.GetProperty("seq").GetInt64()).ToHashSet();
            JsonElement beat = JsonDocument.Parse(bench.Broker.On("edgefusion/n/heartbeat")[^1]).RootElement;
            string name = topic[(topic.LastIndexOf('/') + 1)..];
            long produced = 1 + beat.GetProperty("heads").GetProperty(name).GetProperty("seq").GetInt64();
            string gaps = bench.Broker.Retained("edgefusion/n/gaps")!;
            PayloadSchema.AssertValid("gaps", gaps);
            JsonElement[] ranges = [.. JsonDocument.Parse(gaps).RootElement.GetProperty("gaps").EnumerateArray()
                .Where(gap => gap.GetProperty("topic").GetString() == topic)];
            Assert.Contains(ranges, gap => gap.GetProperty("reason").GetString() == "skipped");
            Assert.Contains(ranges, gap => gap.GetProperty("reason").GetString() == "full");
            var declared = new HashSet<long>();
            foreach (JsonElement gap in ranges)
            {
                for (long i = gap.GetProperty("from_seq").GetInt64(); i <= gap.GetProperty("to_seq").GetInt64(); i++)
                {
                    Assert.True(declared.Add(i));
                }
            }

            Assert.Equal(produced, told.Count + declared.Count);
            Assert.Empty(told.Intersect(declared));
        }
    }

    [Fact]
    public void A_replay_publishes_the_same_decisions_at_any_pace()
    {
        Assert.Equal(Decisions(TimeSpan.Zero), Decisions(TimeSpan.FromSeconds(7)));
    }

    [Fact]
    public void Deciding_allocates_nothing_in_steady_state()
    {
        var bench = new OutboxBench(new OutboxOptions { MaxMessages = 16 });
        bench.Broker.IsUp = false;
        using PredictionPublisher publisher = Open(bench);
        Feed(publisher, 300);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Feed(publisher, 10_000, warm: true);

        Allocations.AssertNone(10_000, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static readonly Prediction Reused = PredictionBench.Prediction(PredictionQuality.Full);

    private static PredictionPublisher Open(OutboxBench bench) =>
        new(PredictionBench.Manifest, null, [], bench.Outbox, bench.Clock, Options);

    private static long Publication(JsonElement message, string field) =>
        message.GetProperty("publication").GetProperty(field).GetInt64();

    private static string[] Decisions(TimeSpan pause)
    {
        var bench = new OutboxBench();
        using PredictionPublisher publisher = Open(bench);
        Prediction prediction = Start();
        for (int i = 0; i < 50; i++)
        {
            Next(prediction, i, 0);
            publisher.Write(prediction);
            bench.Run(TimeSpan.FromMilliseconds(50) + pause);
        }

        return [.. bench.Broker.On(Colour).Select(text => JsonDocument.Parse(text).RootElement)
            .Select(message => $"{message.GetProperty("seq")} {message.GetProperty("publication")} "
                + message.GetProperty("event"))];
    }

    private static void Feed(PredictionPublisher publisher, int windows, int skipEvery = 0, bool warm = false)
    {
        Prediction prediction = warm ? Reused : Start(Reused);
        for (int i = 0; i < windows; i++)
        {
            Next(prediction, i, skipEvery > 0 && i % skipEvery == skipEvery - 1 ? 2 : 0);
            publisher.Write(prediction);
        }
    }

    private static Prediction Start(Prediction? prediction = null)
    {
        prediction ??= PredictionBench.Prediction(PredictionQuality.Full);
        prediction.Sequence = -1;
        prediction.Epoch = 5;
        return prediction;
    }

    private static void Next(Prediction prediction, int i, int skip)
    {
        prediction.Sequence += 1 + skip;
        prediction.Start = prediction.Start.AddNanoseconds(100_000_000L * (1 + skip));
        prediction.End = prediction.End.AddNanoseconds(100_000_000L * (1 + skip));
        prediction.Heads[0].Best = i / 7 % 3;
        prediction.Heads[0].Values.AsSpan().Fill(0.1f);
        prediction.Heads[0].Values[prediction.Heads[0].Best] = 0.8f;
        prediction.Heads[1].Values[0] = i / 5;
        prediction.Heads[1].Values[1] = 0;
    }
}
