using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Live;
using EdgeFusion.Worker.Tests.House;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeFusion.Worker.Tests.EndToEnd;

/// <summary>A candidate beside the live model in the worker.</summary>
public sealed class ShadowLiveTests
{
    [Fact]
    public void A_model_beside_itself_agrees_on_every_window_it_is_given()
    {
        Environment.SetEnvironmentVariable("EDGEFUSION_MODELS", Path.Combine(Repository.Root, "models"));
        WorkerOptions options = LiveRecordingTests.Options("", "");
        options = options with { Model = options.Model with { Shadow = "workcell" } };
        using var session = new LiveSession(options, new LogObserver(NullLogger.Instance));
        var collected = new CollectingSink(session.Pipeline.Manifest);
        session.Pipeline.AddSink(collected);

        session.Start();
        collected.WaitFor(25, TimeSpan.FromSeconds(60));

        Assert.True(session.Shadow!.Compared > 5, $"only {session.Shadow.Compared} windows");
        Assert.Equal((0, 0), (session.Shadow.Disagreeing, session.Shadow.Failed));
    }
}
