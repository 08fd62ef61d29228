using EdgeFusion.Testing.Inference;
using EdgeFusion.Worker.Bench;
using EdgeFusion.Worker.Commands;
using EdgeFusion.Worker.Tests.EndToEnd;

namespace EdgeFusion.Worker.Tests;

public sealed class BenchTests
{
    [Fact]
    public void Every_window_of_the_pipeline_bench_has_a_bare_run_beside_it()
    {
        using var engine = new ContractModelEngine();

        PipelineResult result = PipelineBench.Run(engine, windows: 20, CancellationToken.None);

        Assert.Equal(20, result.Bare.Count);
        Assert.Equal(20, result.Total.Count);
        Assert.True(result.Total.Percentile(0.5) >= result.Bind.Percentile(0));
        Assert.Equal(0, result.AllocatedBytesPerWindow);
    }

    [Fact]
    public void Percentiles_of_a_series_are_values_of_it()
    {
        var series = new Series(4);
        foreach (long value in (long[])[30, 10, 40, 20, 99])
        {
            series.Add(value);
        }

        Assert.Equal(4, series.Count);
        Assert.Equal(20, series.Percentile(0.5));
        Assert.Equal(10, series.Percentile(0));
        Assert.Equal(40, series.Percentile(1));
    }

    [Theory]
    [InlineData("windowing", "--windows", "1")]
    [InlineData("live", "--seconds", "0")]
    [InlineData("live", "--seconds", "NaN")]
    [InlineData("pipeline", "--windows", "0")]
    public async Task Wrong_options_are_usage_errors(string bench, string option, string value) =>
        Assert.Equal(ExitCode.Usage, (await CommandRun.RunAsync("bench", bench, option, value)).Code);

    [Fact]
    public async Task The_windowing_bench_runs() =>
        Assert.Equal(
            ExitCode.Success, (await CommandRun.RunAsync("bench", "windowing", "--windows", "200", "--json")).Code);
}
