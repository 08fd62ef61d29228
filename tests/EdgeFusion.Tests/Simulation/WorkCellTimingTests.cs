using EdgeFusion.Sensing;
using EdgeFusion.Simulator;
using EdgeFusion.Time;
using Xunit;

namespace EdgeFusion.Tests.Simulation;

public class WorkCellTimingTests
{
    [Fact]
    public void The_four_sensors_describe_themselves()
    {
        List<SensorInfo> infos = [.. SimulatedStreams.Cell().CreateSources().Select(source => source.Info)];

        Assert.Equal(["camera", "microphone", "wrist", "arm"], infos.Select(info => info.Name));
        Assert.Equal(["camera", "microphone", "force", "proprioception"], infos.Select(info => info.Modality));
        Assert.Equal([30, 16_000, 500, 250], infos.Select(info => info.RateHz));
        Assert.Equal(new FrameLayout(128, 96, PixelFormat.Rgb8), infos[0].Layout);
        Assert.Equal(new AudioLayout(1, AudioFormat.Float32, 160), infos[1].Layout);
        Assert.Equal(10_000_000, infos[1].PeriodNanoseconds);
        var wrench = Assert.IsType<VectorLayout>(infos[2].Layout);
        Assert.Equal(["fx", "fy", "fz", "tx", "ty", "tz"], wrench.Elements.ToArray());
        var joints = Assert.IsType<VectorLayout>(infos[3].Layout);
        Assert.Equal(21, joints.Width);
        Assert.Equal(("q_1", "dq_1", "tau_7"), (joints.Elements[0], joints.Elements[7], joints.Elements[20]));
        Assert.Equal(("rad", "rad/s", "Nm"), (joints.Units[0], joints.Units[7], joints.Units[20]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Samples_come_at_their_rate_and_never_before_they_were_captured(int sensor)
    {
        WorkCell cell = SimulatedStreams.Cell();
        using ISampleSource source = cell.CreateSources()[sensor];

        List<SampleHeader> headers = SimulatedStreams.Headers(source);

        long period = source.Info.PeriodNanoseconds;
        Assert.InRange(headers.Count, (15_000_000_000 / period) - 2, (15_000_000_000 / period) + 1);
        Assert.True(headers[0].Capture >= cell.Options.Start);
        Assert.True(headers[^1].Capture < cell.End);
        AssertOrdered(headers, source.Info);
    }

    [Fact]
    public void A_drifting_clock_changes_the_true_rate_but_not_the_device_stamps()
    {
        var options = new WorkCellOptions { Episodes = 4 };
        SimulatedSensorOptions drifting = options.Wrist with { DriftPpm = 500, CaptureJitter = 0 };
        List<SampleHeader> truth = Wrist(options with { Wrist = drifting });
        List<SampleHeader> device = Wrist(options with
        {
            Wrist = drifting with { Stamp = CaptureStamp.DeviceCounter, DriftPpm = -500 },
        });

        // 60 s at 500 ppm: 30 ms.
        Assert.InRange(SpanOf(truth, 29_990) - (29_990 * 2_000_000L), -30_100_000, -29_900_000);
        Assert.Equal(29_900 * 2_000_000L, SpanOf(device, 29_900));
        Assert.InRange(device[29_900].Arrival.NanosecondsSince(device[29_900].Capture), 29_000_000, 33_000_000);
    }

    [Fact]
    public void A_device_counter_that_runs_ahead_is_never_later_than_the_arrival()
    {
        var options = new WorkCellOptions { Episodes = 4 };
        List<SampleHeader> headers = Wrist(options with
        {
            Wrist = options.Wrist with { Stamp = CaptureStamp.DeviceCounter, DriftPpm = 2000 },
        });

        Assert.All(headers, header => Assert.True(header.Capture <= header.Arrival));
    }

    [Fact]
    public void Labels_cover_every_episode_and_agree_with_the_label_at_an_instant()
    {
        WorkCell cell = SimulatedStreams.Cell(3);

        List<LabelInterval> labels = [.. cell.Labels()];

        Assert.Equal(3 * 11, labels.Count);
        foreach (LabelInterval label in labels)
        {
            Timestamp middle = label.Start + (0.5 * (label.End - label.Start));
            Assert.Equal(label.Label, cell.LabelAt(label.Head, middle));
            Assert.True(label.Head == "group" || WorkCell.LabelsOf(label.Head).Contains(label.Label));
        }

        Assert.Null(cell.LabelAt("colour", cell.Options.Start));
        Assert.Null(cell.LabelAt("colour", cell.End));
        Assert.Equal(3, labels.Where(l => l.Head == "group").Select(l => l.Label).Distinct().Count());
    }

    [Fact]
    public void Empty_containers_weigh_22_g_and_only_they()
    {
        WorkCell cell = SimulatedStreams.Cell(200);

        for (long i = 0; i < 200; i++)
        {
            var labels = SimulatedStreams.LabelsOfEpisode(cell, i);
            Assert.Equal(labels[1] == "empty", labels[2] == "22g");
        }
    }

    [Fact]
    public void A_cell_without_end_goes_on_beyond_any_length()
    {
        var cell = new WorkCell(new WorkCellOptions());
        using ISampleSource source = cell.CreateSources()[SimulatedStreams.Camera];

        for (int i = 0; i < 100_000; i++)
        {
            Assert.True(source.TryAdvance(out _));
        }

        Assert.Equal(Timestamp.MaxValue, cell.End);
        Assert.Equal(22, cell.Labels().Take(22).Count());
    }

    [Fact]
    public void All_wrong_options_are_reported_together()
    {
        var options = new WorkCellOptions { CameraWidth = 3, Episodes = -1 };

        var error = Assert.Throws<ConfigurationException>(
            () => new WorkCell(options with { Arm = options.Arm with { DropoutProbability = 2 } }));

        Assert.Contains("CameraWidth", error.Message, StringComparison.Ordinal);
        Assert.Contains("Episodes", error.Message, StringComparison.Ordinal);
        Assert.Contains("Arm.DropoutProbability", error.Message, StringComparison.Ordinal);
    }

    private static List<SampleHeader> Wrist(WorkCellOptions options) =>
        SimulatedStreams.Headers(new WorkCell(options).CreateSources()[SimulatedStreams.Wrist]);

    private static long SpanOf(List<SampleHeader> headers, int count) =>
        headers[count].Capture.NanosecondsSince(headers[0].Capture);

    private static void AssertOrdered(List<SampleHeader> headers, SensorInfo info)
    {
        for (int i = 0; i < headers.Count; i++)
        {
            Assert.True(headers[i].Capture <= headers[i].Arrival);
            Assert.Equal(i, headers[i].Sequence);
            Assert.Equal(info.Layout.MaxSampleBytes, headers[i].Length);
            Assert.Equal(SampleFlags.None, headers[i].Flags);
            if (i > 0)
            {
                Assert.True(headers[i].Capture > headers[i - 1].Capture);
                Assert.True(headers[i].Arrival >= headers[i - 1].Arrival);
                double step = headers[i].Capture.NanosecondsSince(headers[i - 1].Capture);
                Assert.InRange(step / info.PeriodNanoseconds, 1 - info.Jitter, 1 + info.Jitter);
            }
        }
    }
}
