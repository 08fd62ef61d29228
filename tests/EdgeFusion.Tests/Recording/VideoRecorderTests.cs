using EdgeFusion.Buffering;
using EdgeFusion.Diagnostics;
using EdgeFusion.Recording;
using EdgeFusion.Sensing;
using EdgeFusion.Time;
using static EdgeFusion.Tests.Windowing.TestSensors;

namespace EdgeFusion.Tests.Recording;

/// <summary>What the recorder does with a video's encoder that fails or is slow.</summary>
public sealed class VideoRecorderTests
{
    private static readonly FrameLayout Layout = new(4, 2, PixelFormat.Gray8);

    private static readonly SensorInfo Camera = new()
    {
        Name = "camera",
        Modality = "camera",
        Layout = Layout,
        RateHz = 1,
    };

    private readonly PipelineClock _clock = new(TimeProvider.System);
    private readonly Streams _streams = new();

    [Fact]
    public void An_encoder_that_fails_rests_and_costs_frames_that_stand_in_the_recording_as_a_gap()
    {
        var encoder = new FakeEncoder { Fails = frame => frame == 3 };
        SensorRing camera = Ring(Camera, 64);
        SensorRing force = Ring(Vector(), 64);
        var reports = new Reports();
        using Recorder recorder = Recorder(encoder, reports, camera, force);
        for (int i = 0; i < 12; i++)
        {
            Put(camera, i, new byte[Layout.MaxSampleBytes]);
            Put(force, i, new byte[8]);
        }

        recorder.Round();
        recorder.Dispose();

        // Frame 3 fails; for five seconds nothing is tried; frame 8 begins a video of its own.
        string gap = _streams.Messages(0, "/edgefusion/gaps").Single().Text;
        Assert.Contains(
            $"\"topic\":\"/camera\",\"lost\":5,\"from_ns\":{Second(2).Nanoseconds},\"to_ns\":{Second(8).Nanoseconds},"
            + "\"reason\":\"encoder\"", gap, StringComparison.Ordinal);
        Assert.Equal([0, 1, 2, 8, 9, 10, 11], _streams.Messages(0, "/camera").Select(m => (int)m.Sequence));
        Assert.Equal(12, _streams.Messages(0, "/force").Count);
        Assert.Equal((5, 8), (recorder.Lost, encoder.Calls));
    }

    [Fact]
    public void An_encoder_that_goes_on_failing_is_reported_once()
    {
        var encoder = new FakeEncoder { Fails = static _ => true };
        SensorRing camera = Ring(Camera, 64);
        SensorRing force = Ring(Vector(), 64);
        var reports = new Reports();
        using Recorder recorder = Recorder(encoder, reports, camera, force);
        recorder.Start();
        for (int i = 0; i < 20; i++)
        {
            Put(camera, i, new byte[Layout.MaxSampleBytes]);
            Put(force, i, new byte[8]);
        }

        Assert.True(SpinWait.SpinUntil(() => recorder.Lost == 20, TimeSpan.FromSeconds(30)));
        recorder.Dispose();

        Assert.Equal(["recorder/camera: no encoder today"], reports.Said);
        string gap = _streams.Messages(0, "/edgefusion/gaps").Single().Text;
        Assert.Contains("\"topic\":\"/camera\",\"lost\":20,", gap, StringComparison.Ordinal);
        Assert.Equal(20, _streams.Messages(0, "/force").Count);
    }

    [Fact]
    public void A_camera_does_not_keep_the_others_waiting()
    {
        SensorRing camera = Ring(Camera, 64);
        SensorRing force = Ring(Vector(), 4_096);
        Recorder? recorder = null;
        var written = new List<long>();
        var encoder = new FakeEncoder
        {
            Fails = _ =>
            {
                written.Add(recorder!.Written);
                return false;
            },
        };
        using (recorder = Recorder(encoder, new Reports(), camera, force))
        {
            for (int i = 0; i < 20; i++)
            {
                Put(camera, i, new byte[Layout.MaxSampleBytes]);
            }

            for (int i = 0; i < 1_000; i++)
            {
                Put(force, i, new byte[8]);
            }

            while (recorder.Round())
            {
            }
        }

        // Between two frames the others get their turn, as long as they have anything.
        Assert.Equal(20, written.Count);
        for (int i = 1; i < 15; i++)
        {
            Assert.True(written[i] - written[i - 1] > 50, string.Join(' ', written));
        }
    }

    private static Timestamp Second(int second) => At(1_000.0 * second);

    private static SensorRing Ring(SensorInfo sensor, int slots) => new(sensor, slots);

    private static void Put(SensorRing ring, int second, byte[] payload)
    {
        payload.CopyTo(ring.Claim());
        ring.Publish(Second(second), Second(second), payload.Length, SampleFlags.None);
    }

    private Recorder Recorder(FakeEncoder encoder, Reports reports, params SensorRing[] rings)
    {
        var recorder = new Recorder(
            _streams.Open(At(0), null, info => info.Layout is FrameLayout
                ? SampleEncoder.ForVideo(info, encoder)
                : SampleEncoder.For(info)),
            Manifest(VectorInput(100)), null, _clock, reports);
        foreach (SensorRing ring in rings)
        {
            recorder.Add(ring);
        }

        return recorder;
    }

    private sealed class FakeEncoder : IVideoEncoder
    {
        public int KeyFrames => 30;

        public int Calls { get; private set; }

        public required Func<int, bool> Fails { get; init; }

        public ReadOnlySpan<byte> Encode(ReadOnlySpan<byte> pixels) =>
            Fails(Calls++) ? throw new RecordingException("no encoder today") : new byte[] { 0, 0, 1, 0x65 };

        public void Restart()
        {
        }

        public void Dispose()
        {
        }
    }

    private sealed class Reports : IPipelineObserver
    {
        public List<string> Said { get; } = [];

        public void SinkChanged(string sink, string? problem) => Said.Add($"{sink}: {problem}");

        public void SensorChanged(SensorInfo sensor, SensorState from, SensorState to, string reason)
        {
        }

        public void SkippingChanged(bool skipping, long skippedSoFar)
        {
        }

        public void EngineChanged(string? failure)
        {
        }
    }
}
