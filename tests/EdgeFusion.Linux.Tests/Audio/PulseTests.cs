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
        using var sensor = new AlsaSensor(
            MediaBench.Microphone(), new AlsaOptions { Device = server.NameForAlsa(PulseServer.Monitor) });
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
        using var sensor = new GStreamerSensor(MediaBench.Microphone(), Pulse(server));
        using var run = new SensorRun(sensor);

        run.WaitFor(100);

        AssertRealTime(run, 100);
        server.Kill();
        Assert.Contains("PulseAudio source ef.monitor", run.WaitForFailure(), StringComparison.Ordinal);
    }

    [NeedsPulseFact]
    public void Attempts_without_a_server_leave_nothing_behind()
    {
        using var server = new PulseServer();
        using var sensor = new GStreamerSensor(MediaBench.Microphone(), Pulse(server));
        server.Kill();
        int descriptors = MediaBench.Descriptors();
        int threads = Directory.GetDirectories("/proc/self/task").Length;

        for (int i = 0; i < 500; i++)
        {
            using var run = new SensorRun(sensor);
            string failure = run.WaitForFailure();
            Assert.Contains("Connection refused", failure, StringComparison.Ordinal);
        }

        // Other tests of this process open and close theirs meanwhile; a leak would be five hundred.
        Assert.InRange(MediaBench.Descriptors(), 0, descriptors + 200);
        Assert.InRange(Directory.GetDirectories("/proc/self/task").Length, 0, threads + 200);
    }

    private static GStreamerOptions Pulse(PulseServer server) => new()
    {
        Source = GStreamerSource.Pulse,
        Url = "unix:" + server.Socket,
        Device = PulseServer.Monitor,
    };

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
