using System.Buffers;
using System.Text;
using System.Text.Json;
using EdgeFusion.Predictions;
using EdgeFusion.Publishing;
using EdgeFusion.Testing;
using EdgeFusion.Time;
using Xunit;

namespace EdgeFusion.Tests.Publishing;

public sealed class PredictionFormatTests
{
    [Theory]
    [InlineData(PredictionQuality.Full)]
    [InlineData(PredictionQuality.Degraded)]
    [InlineData(PredictionQuality.NoInput)]
    [InlineData(PredictionQuality.NotFinite)]
    [InlineData(PredictionQuality.EngineFailed)]
    public void Every_head_of_every_quality_fits_the_schema(PredictionQuality quality)
    {
        for (int head = 0; head < 2; head++)
        {
            PayloadSchema.AssertValid("prediction", Head(PredictionBench.Prediction(quality), head));
        }
    }

    [Theory]
    [InlineData("\"seq\":41", "\"seq\":-1")]
    [InlineData("\"seq\":41", "\"seq\":\"41\"")]
    [InlineData("\"label\":\"green\",", "")]
    [InlineData("\"late\"", "\"sleepy\"")]
    [InlineData("\"schema\":1", "\"schema\":2")]
    [InlineData("\"n\":5", "\"n\":5,\"new\":1")]
    public void Schema_finds_what_is_wrong(string from, string to)
    {
        string good = Head(PredictionBench.Prediction(), 0);
        Assert.Contains(from, good, StringComparison.Ordinal);

        Assert.False(PayloadSchema.Accepts("prediction", good.Replace(from, to, StringComparison.Ordinal)));
    }

    [Fact]
    public void Head_says_all_that_the_contract_names()
    {
        JsonElement json = JsonDocument.Parse(Head(PredictionBench.Prediction(), 0)).RootElement;

        Assert.Equal("fffffffffffffffe", json.GetProperty("epoch").GetString());
        Assert.Equal(41, json.GetProperty("seq").GetInt64());
        Assert.Equal("deadline", json.GetProperty("window").GetProperty("outcome").GetString());
        Assert.Equal("green", json.GetProperty("label").GetString());
        Assert.Equal(0.7f, json.GetProperty("score").GetSingle());
        Assert.Equal("0.7", json.GetProperty("score").GetRawText());
        Assert.Equal(0.2f, json.GetProperty("scores").GetProperty("<blue>").GetSingle());
        Assert.Equal(0.5f, json.GetProperty("per_modality").GetProperty("camera").GetProperty("green").GetSingle());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("per_modality").GetProperty("force").ValueKind);
        Assert.Equal(33, json.GetProperty("modalities").GetProperty("camera").GetProperty("age_ms").GetDouble());
        JsonElement microphone = json.GetProperty("modalities").GetProperty("microphone");
        Assert.Equal("late", microphone.GetProperty("presence").GetString());
        Assert.Equal(160, microphone.GetProperty("gap_frames").GetInt32());
        Assert.Equal(
            JsonValueKind.Null, json.GetProperty("modalities").GetProperty("force").GetProperty("age_ms").ValueKind);
        Assert.Equal(8.5, json.GetProperty("latency_ms").GetProperty("infer").GetDouble());
        Assert.Equal(75, json.GetProperty("latency_ms").GetProperty("total").GetDouble());
    }

    [Fact]
    public void Context_is_what_the_model_was_told_and_null_where_it_was_not()
    {
        JsonElement context = JsonDocument.Parse(Head(PredictionBench.Prediction(), 0)).RootElement
            .GetProperty("context");

        Assert.Equal("pick", context.GetProperty("behaviour").GetString());
        Assert.Equal(JsonValueKind.Null, context.GetProperty("gripper").ValueKind);
    }

    [Fact]
    public void An_explained_prediction_says_what_each_modality_contributed()
    {
        Prediction prediction = PredictionBench.Prediction();
        prediction.Explanation = ExplanationState.Done;
        prediction.Heads[0].Contributions[0] = -0.5f;

        string text = Head(prediction, 0);
        JsonElement json = JsonDocument.Parse(text).RootElement;

        PayloadSchema.AssertValid("prediction", text);
        Assert.Equal(-0.5, json.GetProperty("contributions").GetProperty("camera").GetDouble());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("contributions").GetProperty("force").ValueKind);
        Assert.Equal(1, json.GetProperty("disagreement").GetProperty("dissenting").GetInt32());
        Assert.DoesNotContain("contributions", Head(PredictionBench.Prediction(), 0), StringComparison.Ordinal);
    }

    [Fact]
    public void A_regression_says_its_units()
    {
        JsonElement json = JsonDocument.Parse(Head(PredictionBench.Prediction(), 1)).RootElement;

        Assert.Equal("m", json.GetProperty("units").GetProperty("y").GetString());
    }

    [Fact]
    public void Labels_cannot_break_out_of_html()
    {
        Assert.DoesNotContain("<", Head(PredictionBench.Prediction(), 0), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_finite_is_null()
    {
        JsonElement json = JsonDocument.Parse(Head(PredictionBench.Prediction(), 1)).RootElement;

        Assert.Equal(1.5f, json.GetProperty("values").GetProperty("x").GetSingle());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("values").GetProperty("y").ValueKind);
    }

    [Fact]
    public void Without_timing_two_runs_give_the_same_bytes()
    {
        using var format = new PredictionFormat(
            PredictionBench.Manifest,
            new PredictionFormatOptions { IncludeTiming = false, IncludeEngine = false, IncludeEmbedding = true });
        Prediction first = PredictionBench.Prediction();
        Prediction second = PredictionBench.Prediction();
        second.Epoch = 99;
        second.Times.Inferred = second.Times.Inferred.AddNanoseconds(12345);
        second.Engine = null;

        string one = Line(format, first, 1);
        string two = Line(format, second, 2);

        Assert.Equal(one, two);
        Assert.Equal(
            """
            {"schema":1,"seq":41,"window":{"index":42,"start_ns":1767225600000000000,"end_ns":1767225601000000000,
            "outcome":"deadline"},"model":{"name":"workcell","version":"1.0.0","sha256":"
            """.ReplaceLineEndings("") + new string('a', 64)
            + """
            "},"quality":"degraded","context":{"behaviour":"pick","gripper":null},
            "modalities":{"camera":{"presence":"present","present":true,"age_ms":33,"coverage":1,"n":5},
            "microphone":{"presence":"late","present":false,"age_ms":700,"coverage":0.25,"n":12,"gap_frames":160},
            "force":{"presence":"missing","present":false,"age_ms":null,"coverage":0,"n":0}},"heads":{"colour":{"kind":
            "classification","label":"green","score":0.7,"scores":{"red":0.1,"green":0.7,"\u003Cblue\u003E":0.2},
            "disagreement":{"dissenting":1,"divergence":0.25},
            "per_modality":{"camera":{"red":0.2,"green":0.5,"\u003Cblue\u003E":0.3},"microphone":null,"force":null}},
            "pose":{"kind":"regression","values":{"x":1.5,"y":null},
            "units":{"x":"m","y":"m"}}},"embedding":[0.5,-1]}
            """.ReplaceLineEndings(""),
            one);
    }

    [Fact]
    public void Writing_allocates_nothing_in_steady_state()
    {
        using var format = new PredictionFormat(PredictionBench.Manifest, new PredictionFormatOptions { Node = "n" });
        Prediction prediction = PredictionBench.Prediction();
        var buffer = new ArrayBufferWriter<byte>(16384);
        Write(format, prediction, buffer, 100);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Write(format, prediction, buffer, 10_000);

        Allocations.AssertNone(10_000, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Write(PredictionFormat format, Prediction prediction, ArrayBufferWriter<byte> buffer, int times)
    {
        for (int i = 0; i < times; i++)
        {
            buffer.ResetWrittenCount();
            format.WriteHead(prediction, 0, prediction.End, buffer);
            format.WriteHead(prediction, 1, prediction.End, buffer);
            format.WritePrediction(prediction, prediction.End, buffer);
        }
    }

    private static string Head(Prediction prediction, int head)
    {
        using var format = new PredictionFormat(PredictionBench.Manifest, new PredictionFormatOptions { Node = "n1" });
        var buffer = new ArrayBufferWriter<byte>();
        format.WriteHead(prediction, head, prediction.End.AddNanoseconds(75_000_000), buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string Line(PredictionFormat format, Prediction prediction, long published)
    {
        var buffer = new ArrayBufferWriter<byte>();
        format.WritePrediction(prediction, new Timestamp(published), buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
