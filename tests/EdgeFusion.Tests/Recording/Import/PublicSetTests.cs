using System.Text.Json;
using EdgeFusion.Recording;
using EdgeFusion.Recording.Import;
using EdgeFusion.Sensing;
using EdgeFusion.Testing;
using EdgeFusion.Time;
using Xunit;
using Xunit.Abstractions;

namespace EdgeFusion.Tests.Recording.Import;

/// <summary>The shipped maps on the real sets, counted against the sets' own manifests.</summary>
public sealed class PublicSetTests(ITestOutputHelper output)
{
    [NeedsSharedDataFact("ur5-objects")]
    public void Ur5_objects_has_a_labelled_second_per_behaviour_object_and_trial()
    {
        using var folder = new TemporaryFolder();
        JsonElement manifest = Manifest("ur5-objects", "manifest.json");
        int behaviours = manifest.GetProperty("behaviors").GetArrayLength();
        int trials = manifest.GetProperty("trials").GetInt32();
        JsonElement objects = manifest.GetProperty("objects");
        int windows = behaviours * trials * objects.GetArrayLength();

        ImportReport report = Import("ur5-objects", folder);
        ImportedRecording recording = ImportedRecording.Read(folder.File("set.mcap"));

        Assert.Equal(windows, report.Segments);
        Assert.Equal([windows, windows * 10L, windows * 10L, windows * 10L], report.Streams.Select(s => s.Samples));
        Assert.Equal(windows * 6L, report.Labels);
        Assert.Equal(((windows * 2L) - 1) * Timestamp.NanosecondsPerSecond, report.DurationNanoseconds);
        Assert.All(recording.Samples["camera"], s => Assert.Equal(1, Sum(s.Payload), 1e-4));
        Assert.Equal(64, ((VectorLayout)recording.Sensors["camera"].Layout).Width);

        // Segment k starts at 2 k s; the last axis, the trial, runs fastest.
        int segment = (1 * objects.GetArrayLength() * trials) + (3 * trials) + 2;
        Timestamp start = Origin.AddNanoseconds(segment * 2 * Timestamp.NanosecondsPerSecond);
        Assert.Equal(start, recording.Samples["force"][segment * 10].Capture);
        Assert.Equal(
            [
                "colour=" + objects[3].GetProperty("color").GetString(),
                "content=" + objects[3].GetProperty("content").GetString(),
                "weight=" + objects[3].GetProperty("weight").GetString(),
                "behaviour=" + manifest.GetProperty("behaviors")[1].GetString(),
                "trial=2",
                "group=" + objects[3].GetProperty("name").GetString(),
            ],
            recording.LabelsAt(start));
    }

    [NeedsSharedDataFact("cy101")]
    public void Cy101_has_a_segment_per_behaviour_and_row()
    {
        using var folder = new TemporaryFolder();
        JsonElement manifest = Manifest("cy101", "manifest.json");
        int windows = manifest.GetProperty("behaviors").GetArrayLength()
            * manifest.GetProperty("rows").GetArrayLength();

        ImportReport report = Import("cy101", folder);

        Assert.Equal(windows, report.Segments);
        Assert.Equal([windows, windows * 10L, windows * 10L, windows], report.Streams.Select(s => s.Samples));
        Assert.Equal(windows * 4L, report.Labels);
    }

    [NeedsSharedDataFact("biotac-slide")]
    public void Biotac_slide_keeps_every_vibration_row_and_all_gaps()
    {
        using var folder = new TemporaryFolder();

        ImportReport report = Import("biotac-slide", folder);
        ImportedRecording recording = ImportedRecording.Read(folder.File("set.mcap"));

        Assert.Equal(60, report.Segments);
        Assert.Equal(120, report.Labels);
        Assert.Equal(0, report.Streams[0].Skipped);
        Assert.Equal(report.Streams[0].Samples, report.Streams[3].Samples);
        Assert.InRange(report.Streams[2].Skipped, 0, report.Streams[2].Samples / 20);
        Assert.Equal(new AudioLayout(1, AudioFormat.Float32, 22), recording.Sensors["vibration"].Layout);
        Assert.Equal(2200, recording.Sensors["vibration"].RateHz);
        Assert.Equal(21, ((VectorLayout)recording.Sensors["arm"].Layout).Width);
        Assert.Equal(20, recording.Labels.Where(l => l.Head == "material").Select(l => l.Label).Distinct().Count());

        // First two rows of the first trial: stamps 1581072857.821469996 and ...831530826.
        long step = recording.Samples["vibration"][1].Capture.NanosecondsSince(
            recording.Samples["vibration"][0].Capture);
        Assert.Equal(10_060_830, step);
        Assert.Equal(850 / 2048f, recording.Values("vibration", 0)[0]);
    }

    [NeedsSharedDataFact("biotac-slide")]
    public void A_single_trial_can_be_chosen_by_its_names()
    {
        using var folder = new TemporaryFolder();

        ImportReport report = Import(
            "biotac-slide", folder, ImportFilter.Parse("material=10"), ImportFilter.Parse("sample=35"));

        Assert.Equal(1, report.Segments);
        Assert.Equal(2, report.Labels);
    }

    [NeedsSharedDataFact("g1-camera-joints")]
    public void G1_has_every_image_as_it_was_and_26_joints()
    {
        using var folder = new TemporaryFolder();
        string set = NeedsSharedDataFactAttribute.Folder("g1-camera-joints")!;
        string[] images = Directory.GetFiles(set, "*.jpg", SearchOption.AllDirectories);

        ImportReport report = Import("g1-camera-joints", folder);
        ImportedRecording recording = ImportedRecording.Read(folder.File("set.mcap"));

        Assert.Equal(Directory.GetDirectories(set, "ep*").Length, report.Segments);
        Assert.Equal(images.Length, report.Streams[0].Samples);
        Assert.Equal("sensor_msgs/msg/CompressedImage", report.Streams[0].SchemaName);
        Assert.Equal("sensor_msgs/msg/JointState", report.Streams[1].SchemaName);
        Assert.Equal(new FrameLayout(160, 120, PixelFormat.Rgb8), recording.Sensors["camera"].Layout);
        Assert.Equal(26, ((VectorLayout)recording.Sensors["joints"].Layout).Width);
        byte[] first = File.ReadAllBytes(Path.Combine(set, "ep000001", "frames", "00001.jpg"));
        Assert.Equal(first[..64], recording.Samples["camera"][0].Payload[..64]);
        Assert.Equal(
            100_000_000,
            recording.Samples["camera"][1].Capture.NanosecondsSince(recording.Samples["camera"][0].Capture));
    }

    [NeedsSharedDataFact("kitting-anomaly")]
    public void Kitting_anomaly_has_every_row_and_every_event_at_its_flag()
    {
        using var folder = new TemporaryFolder();
        JsonElement manifest = Manifest("kitting-anomaly", "experiments.json");
        JsonElement[] runs = [.. manifest.GetProperty("experiments").EnumerateArray()];
        long rows = manifest.GetProperty("rows").GetInt64();

        ImportReport report = Import("kitting-anomaly", folder);
        ImportedRecording recording = ImportedRecording.Read(folder.File("set.mcap"));

        Assert.Equal(runs.Length, report.Segments);
        Assert.All(report.Streams, stream => Assert.Equal(rows, stream.Samples + stream.Skipped));
        Assert.Equal(
            runs.Sum(run => run.GetProperty("anomalies").GetArrayLength()),
            recording.Labels.Count(label => label.Head == "anomaly"));
        Assert.Equal(
            ["force_norm_N", "torque_norm_Nm"],
            ((VectorLayout)recording.Sensors["wrench"].Layout).Elements.ToArray());

        // The first run starts at its first sample, 1526715968.26; its flag comes at 1526715984.076083421.
        LabelSpan flag = recording.Labels.First(label => label.Head == "anomaly");
        Assert.Equal("human_collision", flag.Label);
        Assert.Equal(15.816, flag.End.NanosecondsSince(Origin) / 1e9, 0.01);
        Assert.Equal(3.05, (flag.End - flag.Start).TotalSeconds);
    }

    [NeedsSharedDataFact("borealtc")]
    public void Borealtc_has_every_row_of_both_streams()
    {
        using var folder = new TemporaryFolder();
        JsonElement[] runs = [.. Manifest("borealtc", "runs.json").GetProperty("runs").EnumerateArray()];

        ImportReport report = Import("borealtc", folder);

        Assert.Equal(runs.Length, report.Segments);
        Assert.Equal(runs.Sum(run => run.GetProperty("imu_len").GetInt64()), report.Streams[0].Samples);
        Assert.Equal(runs.Sum(run => run.GetProperty("pro_len").GetInt64()), report.Streams[1].Samples);
        Assert.Equal("sensor_msgs/msg/Imu", report.Streams[0].SchemaName);
        Assert.Equal(runs.Length * 2L, report.Labels);
    }

    private static readonly Timestamp Origin = new(1_577_836_800_000_000_000);

    private static double Sum(byte[] payload) =>
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(payload.AsSpan()).ToArray().Sum(v => (double)v);

    private static JsonElement Manifest(string set, string file) => JsonDocument.Parse(
        File.ReadAllBytes(Path.Combine(NeedsSharedDataFactAttribute.Folder(set)!, file))).RootElement;

    private ImportReport Import(string set, TemporaryFolder folder, params ImportFilter[] filters)
    {
        long start = TimeProvider.System.GetTimestamp();
        ImportReport report = Importer.Run(new ImportOptions
        {
            MapPath = ShippedMaps.Path(set),
            FromFolder = NeedsSharedDataFactAttribute.Folder(set)!,
            ToPath = folder.File("set.mcap"),
            Filters = [.. filters],
        });
        output.WriteLine($"{TimeProvider.System.GetElapsedTime(start).TotalSeconds:F2} s {report}");
        foreach (ImportedStream stream in report.Streams)
        {
            output.WriteLine(stream.ToString());
        }

        return report;
    }
}
