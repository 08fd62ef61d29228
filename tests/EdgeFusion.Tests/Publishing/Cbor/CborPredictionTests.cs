using System.Buffers;
using System.Text;
using System.Text.Json;
using EdgeFusion.Predictions;
using EdgeFusion.Publishing;
using EdgeFusion.Publishing.Cbor;
using EdgeFusion.Publishing.Policies;
using EdgeFusion.Testing;
using EdgeFusion.Testing.Payloads;
using Xunit;

namespace EdgeFusion.Tests.Publishing.Cbor;

public sealed class CborPredictionTests
{
    private static readonly string Golden = Path.Combine(
        RepositoryRoot.Path, "tests/EdgeFusion.Tests/Publishing/Cbor/predictions.txt");

    [Fact]
    public void Both_encodings_say_the_same_to_the_last_digit()
    {
        var random = new Random(9);
        for (int round = 0; round < 300; round++)
        {
            Prediction prediction = PredictionBench.Prediction((PredictionQuality)random.Next(5));
            prediction.Heads[0].Values.AsSpan().Fill(random.NextSingle());
            prediction.Heads[1].Values[0] = (random.NextSingle() - 0.5f) * MathF.Pow(10, random.Next(-30, 30));
            prediction.Times.Bound = prediction.Times.Bound.AddNanoseconds(random.Next());
            var note = new HeadNote(random.NextInt64(), (PublishReason)random.Next(3), random.Next(1000));

            for (int head = 0; head < 2; head++)
            {
                var json = new ArrayBufferWriter<byte>();
                Assert.True(CborJson.TryConvert(Head(PayloadEncoding.Cbor, prediction, head, note), json));
                Assert.Equal(
                    Encoding.UTF8.GetString(Head(PayloadEncoding.Json, prediction, head, note)),
                    Encoding.UTF8.GetString(json.WrittenSpan));
            }
        }
    }

    [NeedsPayloadReaderFact]
    public void The_golden_vectors_are_ours_and_another_reader_reads_them_as_what_they_are()
    {
        byte[][] cbor = [.. Samples().Select(sample => Head(PayloadEncoding.Cbor, sample.Prediction, sample.Head,
            sample.Note))];
        JsonElement[] json = [.. Samples().Select(sample => JsonDocument.Parse(
            Head(PayloadEncoding.Json, sample.Prediction, sample.Head, sample.Note)).RootElement)];
        string[] golden = File.ReadAllLines(Golden);

        JsonElement[] read = OtherPayloadReader.ReadCbor(golden.Select(System.Convert.FromHexString));

        Assert.Equal(golden, cbor.Select(System.Convert.ToHexString));
        Assert.Equal(json.Length, read.Length);
        for (int i = 0; i < json.Length; i++)
        {
            AssertSame(json[i], read[i], "$");
        }
    }

    [Fact]
    public void A_prediction_is_much_smaller_and_named_by_its_content_type()
    {
        byte[] cbor = Head(PayloadEncoding.Cbor, PredictionBench.Prediction(), 0, default);
        byte[] json = Head(PayloadEncoding.Json, PredictionBench.Prediction(), 0, default);
        var bench = new OutboxBench();
        var sent = new List<PublishMessage>();
        using var publisher = new PredictionPublisher(
            PredictionBench.Manifest, null, [], bench.Outbox, bench.Clock,
            new PredictionPublisherOptions
            {
                Node = "n",
                Epoch = 1,
                Version = "0",
                Encoding = PayloadEncoding.Cbor,
            });
        bench.Publisher.OnPublish = message => sent.Add(message with { Payload = message.Payload.ToArray() });
        publisher.Write(PredictionBench.Prediction());
        bench.Run(TimeSpan.FromSeconds(0.5));

        Assert.True(cbor.Length < json.Length * 0.85, $"{cbor.Length} of {json.Length} bytes");
        Assert.All(sent, message =>
        {
            bool prediction = message.Topic.Contains("/prediction/", StringComparison.Ordinal);
            Assert.Equal(prediction ? "application/cbor" : "application/json", message.ContentType);
            Assert.Equal(prediction, CborJson.IsMap(message.Payload.Span));
        });
        Assert.Contains(sent, message => message.ContentType == PublishMessage.Cbor);
    }

    [Fact]
    public void The_cddl_names_every_field_of_the_json_schema()
    {
        string schemas = Path.Combine(RepositoryRoot.Path, "deploy/mqtt/schema");
        string cddl = File.ReadAllText(Path.Combine(schemas, "prediction.cddl"));
        using JsonDocument schema = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(schemas, "prediction.schema.json")));

        Assert.All(Names(schema.RootElement), name => Assert.Contains(name + ":", cddl, StringComparison.Ordinal));
    }

    [Fact]
    public void Writing_allocates_nothing_in_steady_state()
    {
        using PredictionFormat format = Format(PayloadEncoding.Cbor);
        Prediction prediction = PredictionBench.Prediction();
        var buffer = new ArrayBufferWriter<byte>(16384);
        Write(format, prediction, buffer, 100);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Write(format, prediction, buffer, 10_000);

        Allocations.AssertNone(10_000, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static (Prediction Prediction, int Head, HeadNote Note)[] Samples()
    {
        Prediction explained = PredictionBench.Prediction();
        explained.Explanation = ExplanationState.Done;
        explained.Heads[0].Contributions[0] = -0.5f;
        var happening = new HeadEvent(40, 1, explained.Start, explained.End, 17, 0.7f);
        return
        [
            (PredictionBench.Prediction(), 0, new HeadNote(41, PublishReason.Every, 0)),
            (PredictionBench.Prediction(), 1, new HeadNote(7, PublishReason.Interval, 34)),
            (PredictionBench.Prediction(PredictionQuality.NoInput), 0, new HeadNote(0, PublishReason.Change, 0)),
            (explained, 0, new HeadNote(43, PublishReason.End, 300, happening)),
        ];
    }

    private static IEnumerable<string> Names(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            yield break;
        }

        if (schema.TryGetProperty("properties", out JsonElement properties))
        {
            foreach (JsonProperty property in properties.EnumerateObject())
            {
                yield return property.Name;
                foreach (string name in Names(property.Value))
                {
                    yield return name;
                }
            }
        }

        if (schema.TryGetProperty("additionalProperties", out JsonElement more))
        {
            foreach (string name in Names(more))
            {
                yield return name;
            }
        }
    }

    private static void AssertSame(JsonElement ours, JsonElement theirs, string path)
    {
        Assert.True(ours.ValueKind == theirs.ValueKind, $"{path}: {ours} is not {theirs}");
        switch (ours.ValueKind)
        {
            case JsonValueKind.Object:
                Assert.Equal(ours.EnumerateObject().Select(p => p.Name), theirs.EnumerateObject().Select(p => p.Name));
                foreach (JsonProperty property in ours.EnumerateObject())
                {
                    AssertSame(property.Value, theirs.GetProperty(property.Name), $"{path}.{property.Name}");
                }

                break;
            case JsonValueKind.Number when ours.TryGetInt64(out long whole):
                Assert.Equal(whole, theirs.GetInt64());
                break;
            case JsonValueKind.Number:
                // A float is read as the double that it is.
                Assert.True(
                    ours.GetDouble() == theirs.GetDouble() || ours.GetSingle() == theirs.GetSingle(),
                    $"{path}: {ours} is not {theirs}");
                break;
            default:
                Assert.Equal(ours.ToString(), theirs.ToString());
                break;
        }
    }

    private static void Write(PredictionFormat format, Prediction prediction, ArrayBufferWriter<byte> buffer, int times)
    {
        for (int i = 0; i < times; i++)
        {
            buffer.ResetWrittenCount();
            format.WriteHead(prediction, 0, prediction.End, buffer);
            format.WritePrediction(prediction, prediction.End, buffer);
        }
    }

    private static PredictionFormat Format(PayloadEncoding encoding) => new(
        PredictionBench.Manifest, new PredictionFormatOptions { Node = "n", Encoding = encoding });

    private static byte[] Head(PayloadEncoding encoding, Prediction prediction, int head, HeadNote note)
    {
        using PredictionFormat format = Format(encoding);
        var buffer = new ArrayBufferWriter<byte>();
        format.WriteHead(prediction, head, note, prediction.End.AddNanoseconds(75_000_000), buffer);
        return buffer.WrittenSpan.ToArray();
    }
}
