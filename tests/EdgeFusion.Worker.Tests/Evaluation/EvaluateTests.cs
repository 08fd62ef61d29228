using System.Text.Json;
using EdgeFusion.Recording;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Sensing;
using EdgeFusion.Testing.Inference;
using EdgeFusion.Time;
using EdgeFusion.Worker.Tests.EndToEnd;

namespace EdgeFusion.Worker.Tests.Evaluation;

public sealed class EvaluateTests : IDisposable
{
    private static readonly Timestamp Start = new(1_700_000_000_000_000_000);

    private readonly Scratch _scratch = new();
    private readonly string _model;

    public EvaluateTests()
    {
        _model = _scratch["parts"];
        PartsModel.WriteTo(_model);
        Record(_scratch["four.mcap"]);
    }

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("all", "window", 0.75, 0.666667, 0.309916, 4)]
    [InlineData("all", "pooled", 1, 1, 0.287188, 3)]
    [InlineData("without-force", "window", 0.75, 0.666667, 0.541422, 4)]
    [InlineData("only-force", "pooled", 1, 1, 0.251746, 3)]
    public async Task Numbers_are_those_worked_out_by_hand(
        string mask, string scope, double accuracy, double f1, double ece, int count)
    {
        JsonElement result = Find(await Json("--masks", "every"), "results", mask, "weight", scope);

        Assert.Equal(accuracy, result.GetProperty("accuracy").GetDouble(), 5);
        Assert.Equal(f1, result.GetProperty("macro_f1").GetDouble(), 5);
        Assert.Equal(ece, result.GetProperty("ece").GetDouble(), 5);
        Assert.Equal(count, result.GetProperty("n").GetInt32());
    }

    [Theory]
    [InlineData("evaluate", "--mask", "full")]
    [InlineData("windows", "--strides", "2")]
    [InlineData("export", "--formt", "json")]
    [InlineData("inspect", "--jsn", null)]
    public async Task A_misspelt_option_is_no_recording(string verb, string option, string? value)
    {
        string[] needed = verb switch
        {
            "evaluate" => ["--model", _model],
            "windows" => ["--model", _model, "--to", _scratch["w.npz"]],
            "export" => ["--to", _scratch["out"]],
            _ => [],
        };

        (int code, string text, string error) = await CommandRun.RunAsync(
            [verb, _scratch["four.mcap"], option, .. value is null ? Array.Empty<string>() : [value], .. needed]);

        Assert.Equal(2, code);
        Assert.Contains(option, error, StringComparison.Ordinal);
        Assert.DoesNotContain("There is no file", error, StringComparison.Ordinal);
        Assert.Empty(text);
    }

    [Theory]
    [InlineData("evaluate")]
    [InlineData("windows")]
    public async Task Missing_recordings_are_all_named_before_work_begins(string verb)
    {
        string[] needed = verb == "windows" ? ["--to", _scratch["w.npz"]] : [];

        (int code, _, string error) = await CommandRun.RunAsync(
            [verb, _scratch["four.mcap"], "tuesday.mcap", "wednesday.mcap", "--model", _model, .. needed]);

        Assert.Equal(1, code);
        Assert.Contains("There is no file 'tuesday.mcap', 'wednesday.mcap'.", error, StringComparison.Ordinal);
        Assert.DoesNotContain("%", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_whose_name_looks_like_an_option_is_read_behind_two_dashes()
    {
        (int code, _, string error) = await CommandRun.RunAsync(
            ["evaluate", "--model", _model, "--", "--monday.mcap"]);

        Assert.Equal(1, code);
        Assert.Contains("There is no file '--monday.mcap'.", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("full", "all")]
    [InlineData("leave-one-out", "without-force,without-proprioception")]
    [InlineData("only-one", "only-force,only-proprioception")]
    [InlineData("every", "all,without-force,without-proprioception,only-force,only-proprioception")]
    public async Task Each_kind_of_masks_gives_its_names(string kind, string names)
    {
        JsonElement json = await Json("--masks", kind);

        Assert.Equal("parts", json.GetProperty("model").GetString());
        Assert.Equal(
            names,
            string.Join(',', json.GetProperty("results").EnumerateArray()
                .Select(result => result.GetProperty("mask").GetString()).Distinct()));
    }

    [Fact]
    public async Task Parts_with_another_label_and_regressions_stand_beside_the_results()
    {
        JsonElement json = await Json();

        JsonElement shake = json.GetProperty("breakdown").EnumerateArray()
            .Single(part => part.GetProperty("value").GetString() == "shake");
        Assert.Equal("behaviour", shake.GetProperty("by").GetString());
        Assert.Equal((1.0, 1), (shake.GetProperty("accuracy").GetDouble(), shake.GetProperty("n").GetInt32()));
        JsonElement[] pose = [.. json.GetProperty("regression").EnumerateArray()];
        Assert.Equal(["x", "y"], pose.Select(value => value.GetProperty("element").GetString()));
        Assert.Equal([0, 0.5], pose.Select(value => value.GetProperty("mae").GetDouble()));
        Assert.Equal(0.707107, pose[1].GetProperty("rmse").GetDouble());
        Assert.Equal(2, pose[1].GetProperty("n").GetInt32());
    }

    [Fact]
    public async Task What_the_model_is_told_of_its_context_counts()
    {
        JsonElement told = Find(await Json(), "results", "all", "weight", "window");
        JsonElement untold = Find(await Json("--no-context"), "results", "all", "weight", "window");

        Assert.Equal(0.75, told.GetProperty("accuracy").GetDouble());
        Assert.Equal(0.5, untold.GetProperty("accuracy").GetDouble());
    }

    [Theory]
    [InlineData("--graph", "whole")]
    [InlineData("--precision", "fp16")]
    [InlineData("--precision", "int8")]
    public async Task Other_graphs_of_the_model_decide_the_same(string option, string value)
    {
        JsonElement first = Find(await Json(), "results", "all", "weight", "window");
        JsonElement second = Find(await Json(option, value), "results", "all", "weight", "window");

        Assert.Equal(first.GetProperty("accuracy").GetDouble(), second.GetProperty("accuracy").GetDouble());
        Assert.Equal(first.GetProperty("ece").GetDouble(), second.GetProperty("ece").GetDouble(), 2);
    }

    [Fact]
    public async Task Decisions_can_be_compared_with_those_of_the_whole_model()
    {
        JsonElement json = await Json("--precision", "int8", "--compare", "--masks", "every");

        Assert.All(
            json.GetProperty("equal_decisions").EnumerateObject(), mask => Assert.Equal(1, mask.Value.GetDouble()));
        Assert.Equal(5, json.GetProperty("equal_decisions").EnumerateObject().Count());
        Assert.False((await Json()).TryGetProperty("equal_decisions", out _));
    }

    [Fact]
    public async Task Without_json_it_prints_columns()
    {
        (int code, string output, _) = await CommandRun.RunAsync("evaluate", _scratch["four.mcap"], "--model", _model);

        Assert.Equal(0, code);
        Assert.Contains("0.750", output, StringComparison.Ordinal);
        Assert.Contains("behaviour=shake", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recording_without_labels_is_an_error_that_says_what_labels_are_wanted()
    {
        Record(_scratch["bare.mcap"], labels: false);

        (int code, _, string error) = await CommandRun.RunAsync(
            "evaluate", _scratch["bare.mcap"], "--model", _model, "--json");

        Assert.Equal(1, code);
        Assert.Contains("No window has a label of a head of 'parts' (weight, pose)", error, StringComparison.Ordinal);
    }

    private async Task<JsonElement> Json(params string[] options)
    {
        (int code, string output, string error) = await CommandRun.RunAsync(
            ["evaluate", _scratch["four.mcap"], "--model", _model, "--json", .. options]);
        Assert.True(code == 0, error);
        return JsonDocument.Parse(output).RootElement;
    }

    private static JsonElement Find(JsonElement json, string list, string mask, string head, string scope) =>
        json.GetProperty(list).EnumerateArray().Single(row =>
            row.GetProperty("mask").GetString() == mask && row.GetProperty("head").GetString() == head
            && row.GetProperty("scope").GetString() == scope);

    /// <summary>Four labelled seconds, two seconds apart, of three objects; each sensor's elements are all the
    /// same.</summary>
    private static void Record(string path, bool labels = true)
    {
        (float Force, float Arm, string Behaviour, string Weight, string Group, string? Pose)[] seconds =
        [
            (4, 0, "grasp", "22g", "A", "4 -3"), (0, 1, "grasp", "22g", "A", "0.5, 2"),
            (-2, 0, "hold", "100g", "B", null), (0, 0, "shake", "150g", "C", null),
        ];
        using var writer = new RecordingWriter(
            McapWriter.Create(path, RecordingWriter.FileOptions(), overwrite: true), Start);
        int force = writer.AddSensor(Sensor("force", 6), Start);
        int arm = writer.AddSensor(Sensor("proprioception", 21), Start);
        for (int i = 0; i < seconds.Length; i++)
        {
            Timestamp begin = Start.AddNanoseconds(2_000_000_000L * i);
            for (int sample = 0; sample < 40; sample++)
            {
                Timestamp at = begin.AddNanoseconds(50_000_000L * sample);
                Write(writer, force, (40 * i) + sample, at, 6, seconds[i].Force);
                Write(writer, arm, (40 * i) + sample, at, 21, seconds[i].Arm);
            }

            Timestamp end = begin.AddNanoseconds(1_000_000_000);
            if (labels)
            {
                writer.WriteLabel(new LabelSpan("weight", seconds[i].Weight, begin, end));
                writer.WriteLabel(new LabelSpan("behaviour", seconds[i].Behaviour, begin, end));
                writer.WriteLabel(new LabelSpan("group", seconds[i].Group, begin, end));
            }

            if (labels && seconds[i].Pose is { } pose)
            {
                writer.WriteLabel(new LabelSpan("pose", pose, begin, end));
            }
        }

        writer.Finish();
    }

    private static SensorInfo Sensor(string name, int width) => new()
    {
        Name = name,
        Modality = name,
        Layout = VectorLayout.Uniform(width, "v", "1"),
        RateHz = 20,
    };

    private static void Write(
        RecordingWriter writer, int sensor, int sequence, Timestamp at, int width, float value)
    {
        float[] values = new float[width];
        Array.Fill(values, value);
        writer.WriteSample(
            sensor,
            new SampleHeader
            {
                Sequence = sequence,
                Capture = at,
                Arrival = at,
                Length = width * sizeof(float),
            },
            System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
    }
}
