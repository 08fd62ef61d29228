using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Live;
using EdgeFusion.Worker.Tests.EndToEnd;
using EdgeFusion.Worker.Tests.House;

namespace EdgeFusion.Worker.Tests.Operation;

/// <summary>Metrics and traces as a collector receives them.</summary>
public sealed class OtlpTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public OtlpTests() =>
        Environment.SetEnvironmentVariable("EDGEFUSION_MODELS", Path.Combine(Repository.Root, "models"));

    [Fact]
    public async Task A_collector_receives_metrics_with_units_and_a_trace_with_a_span_per_stage()
    {
        if (!Adapters.HasExporter)
        {
            Assert.Throws<ConfigurationException>(() => new LiveSession(
                Options("http://127.0.0.1:4318"), new LogObserver(new LogLines())));
            return;
        }

        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        using (var session = new LiveSession(Options(receiver.Url), new LogObserver(new LogLines())))
        {
            session.Start();
            Assert.True(SpinWait.SpinUntil(() => receiver.Spans.Length >= 5 && receiver.Metrics.Length > 5, Patience));
        }

        (string Name, string Unit)[] expected =
        [
            ("edgefusion.windows", "{window}"), ("edgefusion.stage.duration", "s"),
            ("edgefusion.sensor.samples", "{sample}"), ("edgefusion.sensor.live", "1"),
            ("dotnet.process.memory.working_set", "By"),
        ];
        Assert.All(expected, metric => Assert.Contains(metric, receiver.Metrics));
        Assert.All(
            receiver.Metrics.Where(metric => metric.Name.StartsWith("edgefusion.", StringComparison.Ordinal)),
            metric => Assert.Matches("^[a-z_.]+$", metric.Name));
        Assert.Equal(
            ["bind", "decode", "infer", "wait", "window"], receiver.Spans.Distinct().Order(StringComparer.Ordinal));
        Assert.Contains("service.name", receiver.Text, StringComparison.Ordinal);
        Assert.Contains("robot-7", receiver.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_collector_that_is_away_is_one_line_and_no_window()
    {
        if (!Adapters.HasExporter)
        {
            return;
        }

        var log = new LogLines();
        using (var session = new LiveSession(Options("http://127.0.0.1:9"), new LogObserver(log)))
        {
            session.Start();
            Assert.True(SpinWait.SpinUntil(() => session.Pipeline.Windows >= 40, Patience));
        }

        string line = Assert.Single(log.All, text => text.Contains("telemetry", StringComparison.Ordinal));
        Assert.StartsWith("Warning: no telemetry: http://127.0.0.1:9/v1/", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ftp://x", "is no address")]
    [InlineData("http://user:secret@127.0.0.1:4318", "secrets belong into HeadersFile")]
    [InlineData("http://collector.example:4318", "is another machine and this is http")]
    public void An_endpoint_that_would_not_do_is_refused_at_start(string endpoint, string reason)
    {
        var faults = new List<string>();

        OptionChecks.Check(Options(endpoint), faults);

        Assert.Contains(faults, fault => fault.StartsWith("Telemetry:Endpoint", StringComparison.Ordinal)
            && fault.Contains(reason, StringComparison.Ordinal));
    }

    private static WorkerOptions Options(string endpoint) => LiveRecordingTests.Options("", "") with
    {
        Node = "robot-7",
        Telemetry = new TelemetryOptions { Endpoint = endpoint, IntervalSeconds = 1, TraceEvery = 5 },
    };
}
