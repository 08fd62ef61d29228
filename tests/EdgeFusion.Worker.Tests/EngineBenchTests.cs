using EdgeFusion.Models;
using EdgeFusion.OnnxRuntime;
using EdgeFusion.Testing.Inference;
using EdgeFusion.Worker.Bench;
using EdgeFusion.Worker.Commands;
using EdgeFusion.Worker.Tests.EndToEnd;

namespace EdgeFusion.Worker.Tests;

public sealed class EngineBenchTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    [Fact]
    public async Task The_cpu_alone_is_timed_and_the_exit_code_is_success()
    {
        ContractModel.WriteTo(Path.Combine(_folder, "contract"));

        (int code, _, _) = await CommandRun.RunAsync(
            "bench", "engine", "--models", _folder, "--runs", "50", "--json");

        Assert.Equal(ExitCode.Success, code);
    }

    [Fact]
    public void A_provider_that_does_not_work_is_a_result_with_its_reason()
    {
        ContractModel.WriteTo(_folder);
        ModelBundle bundle = ModelBundle.Open(_folder);

        List<EngineResult> results = EngineBench.Run(bundle, ["cuda"], new OnnxEngineOptions(), runs: 20);

        Assert.Equal(["cpu", "cuda"], results.Select(result => result.Asked));
        Assert.True(results[0].IsOk);
        Assert.True(results[0].P50Microseconds <= results[0].P99Microseconds);
        Assert.Equal(0, results[0].AllocatedBytesPerRun);
        Assert.True(results[1].IsOk || results[1].Failure!.Contains("cuda: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Wrong_answers_change_the_exit_code()
    {
        string folder = Path.Combine(_folder, "contract");
        ContractModel.WriteTo(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "parity.json"), """
            { "schema": 1, "model": "contract", "tolerance": 0.0001, "formula": [],
              "inputs": [
                { "tensor": "camera", "low": [0], "span": [255] }, { "tensor": "microphone", "low": [2], "span": [0] },
                { "tensor": "force", "low": [1], "span": [0] } ],
              "cases": [ { "name": "only 1", "avail": [0, 1, 0], "outputs": {
                "logits_weight": [4, -3], "logits_weight_per_modality": [0, 0, 4, -2, 0, 0],
                "embedding": [0, 2, 0, -2] } } ] }
            """);

        (int code, _, _) = await CommandRun.RunAsync("bench", "engine", "--models", _folder, "--runs", "20");

        Assert.Equal(ExitCode.Different, code);
    }

    [Fact]
    public void A_split_model_is_run_whole_and_split_and_its_variants_by_their_decisions()
    {
        PartsModel.WriteTo(_folder);
        var bench = new EngineBench(ModelBundle.Open(_folder), runs: 50, ["force"]);

        List<EngineResult> results = bench.Providers([], new OnnxEngineOptions());
        results.Add(bench.Variant(ModelBundle.Open(_folder, precision: "fp16"), new OnnxEngineOptions()));
        results.Add(bench.Variant(ModelBundle.Open(_folder, precision: "int8"), new OnnxEngineOptions()));

        Assert.Equal(["cpu", "cpu split", "cpu fp16", "cpu int8"], results.Select(result => result.Asked));
        Assert.All(results, result => Assert.True(result.IsOk, result.Failure));
        Assert.Equal(0, results[1].FromFirst);
        Assert.Equal(1, results[1].EqualDecisions);
        Assert.All(results, result => Assert.Equal(0, result.AllocatedBytesPerRun));
        Assert.All(results, result => Assert.NotNull(result.AgainMicroseconds));
    }

    [Theory]
    [InlineData("--runs", "0")]
    [InlineData("--without", "nose")]
    [InlineData("--providers", "gpu")]
    [InlineData("--threads", "65")]
    public async Task Wrong_options_are_usage_errors(string option, string value)
    {
        ContractModel.WriteTo(Path.Combine(_folder, "contract"));

        (int code, _, _) = await CommandRun.RunAsync("bench", "engine", "--models", _folder, option, value);

        Assert.Equal(ExitCode.Usage, code);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
