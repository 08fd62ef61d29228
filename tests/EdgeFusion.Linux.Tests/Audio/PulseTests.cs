using EdgeFusion.Linux.Audio;
using EdgeFusion.Linux.Media;
using EdgeFusion.Linux.Tests.Media;
using EdgeFusion.Sensing;
using EdgeFusion.Testing.Sensing;

namespace EdgeFusion.Linux.Tests.Audio;

[Collection(PulseServer.Alsa)]
public sealed class PulseTests
{
    [NeedsPulseFact]
    public void Alsa_reads_a_card_in_real_time_and_fails_when_it_goes()
    {
        using var server = new PulseServer();
        using var sensor = new AlsaSensor(MediaBench.Microphone(), new AlsaOptions { Device = server.NameForAlsa(PulseServer.Monitor) });
        using var run = new SensorRun(sensor);

        run.WaitFor(100);

        AssertRealTime(run, 100);
        server.Kill();
        Assert.Contains("efpulse", run.WaitForFailure(), StringComparison.Ordinal);
    }

    [NeedsPulseFact]
    public void GStreamer_reads_the_same_card_by_pulse()
    {
        using var server = new PulseServer();
        using var sensor = MediaBench.Custom(
            MediaBench.Microphone(),
            $"pulsesrc server=unix:{server.Socket} device={PulseServer.Monitor} provide-clock=false latency-time=10000 ! "
            + "audioconvert ! audioresample");
        using var run = new SensorRun(sensor);

        run.WaitFor(100);

        AssertRealTime(run, 100);
        server.Kill();
        Assert.Contains("the custom pipeline", run.WaitForFailure(), StringComparison.Ordinal);
    }

    /// <summary>The blocks' times span the audio's duration, and none lies in the future.</summary>
    private static void AssertRealTime(SensorRun run, int blocks)
    {
        SampleHeader first = run.Ring.Header(blocks / 2);
        SampleHeader last = run.Ring.Header(blocks - 1);
        long frames = 0;
        for (int i = blocks / 2; i < blocks - 1; i++)
        {
            frames += run.Ring.Header(i).Length / sizeof(float);
            Assert.True(run.Ring.Header(i).Capture <= run.Ring.Header(i).Arrival);
        }

        double seconds = last.Capture.NanosecondsSince(first.Capture) / 1e9;
        Assert.InRange(seconds - (frames / 16_000.0), -0.05, 0.05);
    }
}
