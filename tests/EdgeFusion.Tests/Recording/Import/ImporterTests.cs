using System.IO.Compression;
using System.Text;
using EdgeFusion.Recording;
using EdgeFusion.Recording.Import;
using EdgeFusion.Sensing;
using EdgeFusion.Testing;
using EdgeFusion.Time;
using Xunit;

namespace EdgeFusion.Tests.Recording.Import;

public sealed class ImporterTests
{
    private const long Second = Timestamp.NanosecondsPerSecond;

    [Fact]
    public void Arrays_become_labelled_segments_by_the_sets_own_manifest()
    {
        using TemporaryFolder set = ArraySet();

        ImportReport report = Run(set, ArrayMap);
        ImportedRecording recording = ImportedRecording.Read(set.File("out.mcap"));

        Assert.Equal(4, report.Segments);
        Assert.Equal(8, report.Labels);
        Assert.Equal(8, report.Streams[0].Samples);

        // Items are listed as index 1, then 0: names follow the index, not the position.
        Assert.Equal([30f, 31], recording.Values("f", 0));
        Assert.Equal([20f, 21], recording.Values("f", 2));
        Assert.Equal([1f, 2], recording.Values("f", 4));
        Assert.Equal(["kind=box", "group=b"], recording.LabelsAt(new Timestamp(0)));
        Assert.Equal(["kind=ball", "group=a"], recording.LabelsAt(new Timestamp(2 * Second)));
        Assert.Equal(new Timestamp(Second + 500_000_000), recording.Samples["f"][3].Capture);
    }

    [Fact]
    public void Filters_and_limit_choose_segments()
    {
        using TemporaryFolder set = ArraySet();

        ImportReport one = Run(set, ArrayMap, o => o with { Filters = [ImportFilter.Parse("object=a")], Limit = 1 });
        ImportReport field = Run(set, ArrayMap, o => o with { Filters = [ImportFilter.Parse("object.kind=box")] });

        Assert.Equal(1, one.Segments);
        Assert.Equal(2, field.Segments);
        Assert.Throws<ConfigurationException>(
            () => Run(set, ArrayMap, o => o with { Filters = [ImportFilter.Parse("colour=red")] }));
        Assert.Throws<ConfigurationException>(
            () => Run(set, ArrayMap, o => o with { Filters = [ImportFilter.Parse("object=zebra")] }));
    }

    [Fact]
    public void The_same_set_gives_the_same_bytes()
    {
        using TemporaryFolder set = ArraySet();

        Run(set, ArrayMap);
        byte[] first = File.ReadAllBytes(set.File("out.mcap"));
        Run(set, ArrayMap);

        Assert.Equal(first, File.ReadAllBytes(set.File("out.mcap")));
    }

    [Fact]
    public void An_array_that_does_not_fit_the_manifest_is_refused_and_nothing_is_left_behind()
    {
        using TemporaryFolder set = ArraySet();
        set.Write("f.npy", NpyBytes.Of("<f4", "2, 3, 2, 2", new float[24]));

        var fault = Assert.Throws<RecordingException>(() => Run(set, ArrayMap));

        Assert.Contains("lists 2 of 'object', the array has 3", fault.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(set.Path, "out.mcap*"));
    }

    [Fact]
    public void A_recording_that_exists_is_kept_unless_told_otherwise()
    {
        using TemporaryFolder set = ArraySet();
        set.Write("out.mcap", "precious");

        Assert.Throws<RecordingException>(() => Run(set, ArrayMap, o => o with { Overwrite = false }));

        Assert.Equal("precious", File.ReadAllText(set.File("out.mcap")));
    }

    [Fact]
    public void Giving_up_leaves_nothing_behind()
    {
        using TemporaryFolder set = ArraySet();
        set.Write("map.json", ArrayMap);
        using var stopping = new CancellationTokenSource();
        stopping.Cancel();

        Assert.Throws<OperationCanceledException>(() => Importer.Run(Options(set), null, stopping.Token));

        Assert.Empty(Directory.GetFiles(set.Path, "out.mcap*"));
    }

    [Fact]
    public void Tables_in_an_archive_are_joined_by_holding_the_latest_row_and_keep_their_gaps()
    {
        using var set = new TemporaryFolder();
        Zip(
            set.File("raw.zip"), ("r2/p.csv", "t,p\n100.000000001,1\n100.02,2\n100.9,3\n"),
            ("r2/v.csv", "t,v\n100.01,7\n100.02,8\n"));

        ImportReport report = Run(set, JoinMap);
        ImportedRecording recording = ImportedRecording.Read(set.File("out.mcap"));

        // The first row has nothing to hold yet, the third only something too old.
        Assert.Equal((1L, 2L), (report.Streams[0].Samples, report.Streams[0].Skipped));
        Assert.Equal([2f, 8], recording.Values("arm", 0));
        Assert.Equal(new Timestamp(19_999_999), recording.Samples["arm"][0].Capture);
    }

    [Fact]
    public void Rows_that_are_not_finite_are_left_out_and_counted()
    {
        using var set = new TemporaryFolder();
        set.Write("r1/x.csv", "t,x\n0,1\n0.1,-nan\n0.2,3\n");

        ImportReport report = Run(set, TableMap);

        Assert.Equal((2L, 1L), (report.Streams[0].Samples, report.Streams[0].Skipped));
    }

    [Fact]
    public void Sound_files_become_blocks()
    {
        using var set = new TemporaryFolder();
        set.Write("r1/x.wav", Wav(16, 1, 1000, [0, 1, 2, 3, 4]));

        Run(set, WavMap);
        ImportedRecording recording = ImportedRecording.Read(set.File("out.mcap"));

        Assert.Equal(new AudioLayout(1, AudioFormat.Int16, 2), recording.Sensors["mic"].Layout);
        Assert.Equal(1000, recording.Sensors["mic"].RateHz);
        Assert.Equal([4, 4, 2], recording.Samples["mic"].Select(s => s.Payload.Length));
        Assert.Equal(new Timestamp(4_000_000), recording.Samples["mic"][2].Capture);
        Assert.Equal([4, 0], recording.Samples["mic"][2].Payload);
    }

    [Fact]
    public void Sound_of_24_bits_becomes_exact_floats()
    {
        using var set = new TemporaryFolder();
        set.Write("r1/x.wav", Wav(24, 1, 1000, [1 << 22, -(1 << 23), 1]));

        Run(set, WavMap);
        ImportedRecording recording = ImportedRecording.Read(set.File("out.mcap"));

        Assert.Equal([0.5f, -1f], recording.Values("mic", 0));
        Assert.Equal([1f / (1 << 23)], recording.Values("mic", 1));
    }

    [Fact]
    public void Events_become_labels_cut_to_their_segment()
    {
        using var set = new TemporaryFolder();
        set.Write("m.json", """{"runs":[{"n":3,"e":[{"l":"slip","t":"100.25"},{"l":"late","t":"200"}]}]}""");
        set.Write("x.npy", NpyBytes.Of("<f4", "3, 1", new float[] { 1, 2, 3 }));
        set.Write("t.npy", NpyBytes.Of("<f8", "3,", new[] { 100.0, 100.1, 100.2 }));

        Run(set, EventMap);
        ImportedRecording recording = ImportedRecording.Read(set.File("out.mcap"));

        LabelSpan label = Assert.Single(recording.Labels);
        Assert.Equal(new LabelSpan("event", "slip", new Timestamp(50_000_000), new Timestamp(250_000_000)), label);
    }

    [Theory]
    [InlineData("../x.csv")]
    [InlineData("/etc/x.csv")]
    public void A_file_name_that_leads_out_of_the_folder_is_refused(string file)
    {
        using var set = new TemporaryFolder();
        set.Write("r1/x.csv", "t,x\n0,1\n");
        string map = TableMap.Replace("\"file\": \"{run}/x.csv\"", $"\"file\": \"{file}\"", StringComparison.Ordinal);

        var fault = Assert.Throws<RecordingException>(() => Run(set, map));

        Assert.Contains("leads out", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_faults_of_a_map_are_reported_together()
    {
        const string Map = """
            {"schema":2,"name":"x","segments":{"axes":[],"speed":1},
             "streams":[{"name":"a b","modality":"m","kind":"video","rate_hz":-1,"source":{}}]}
            """;

        var fault = Assert.Throws<ConfigurationException>(
            () => ImportMapReader.Parse(Encoding.UTF8.GetBytes(Map), "x.json"));

        foreach (string part in new[] { "map.schema", "axes", "speed", "kind", "rate_hz", "source.file", "'a b'" })
        {
            Assert.Contains(part, fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Shipped_maps_are_read_and_fit_their_schema()
    {
        var schema = new JsonSchemaSubset(File.ReadAllText(ShippedMaps.Path("map.schema")));
        string[] maps = [.. Directory.GetFiles(ShippedMaps.Folder, "*.json").Where(f => !f.EndsWith("schema.json"))];

        Assert.Equal(6, maps.Length);
        foreach (string file in maps)
        {
            ImportMap map = ImportMapReader.Load(file);

            Assert.Equal(Path.GetFileNameWithoutExtension(file), map.Name);
            Assert.True(schema.Accepts(File.ReadAllText(file)), $"{file} does not fit its schema");
        }
    }

    [Fact]
    public void Names_with_numbers_sort_by_their_value()
    {
        string[] names = ["m10/a", "m2/a", "m2/a1", "m02/b", "x"];

        Array.Sort(names, NaturalOrder.Instance);

        Assert.Equal(["m2/a", "m2/a1", "m02/b", "m10/a", "x"], names);
    }

    private const string ArrayMap = """
        { "schema": 1, "name": "t", "manifest": "m.json", "origin_ns": 0,
          "segments": { "axes": [
            { "name": "object", "items": "objects", "label": "name", "index": "place" },
            { "name": "trial", "count": "trials" } ], "length_ms": 1000, "gap_ms": 0 },
          "streams": [ { "name": "f", "modality": "force", "kind": "vector", "rate_hz": 2, "elements": ["x", "y"],
            "source": { "file": "f.npy", "axes": ["trial", "object", "time", "element"] } } ],
          "labels": [ { "head": "kind", "label": "{object.kind}" } ], "group": "{object}" }
        """;

    private const string JoinMap = """
        { "schema": 1, "name": "t", "archive": "raw.zip", "origin_ns": 0,
          "segments": { "axes": [ { "files": "{run}/p.csv" } ], "clock": "absolute" },
          "streams": [
            { "name": "arm", "modality": "m", "kind": "vector", "rate_hz": 100,
              "source": { "file": "{run}/p.csv" }, "time": { "column": "t" },
              "join": [ { "source": { "file": "{run}/v.csv" }, "time": { "column": "t" }, "max_age_ms": 100 } ] },
            { "name": "raw", "modality": "m", "kind": "vector", "rate_hz": 100,
              "source": { "file": "{run}/p.csv" }, "time": { "column": "t" } } ] }
        """;

    private const string TableMap = """
        { "schema": 1, "name": "t", "origin_ns": 0, "segments": { "axes": [ { "files": "{run}/x.csv" } ] },
          "streams": [ { "name": "x", "modality": "m", "kind": "vector", "rate_hz": 10,
            "source": { "file": "{run}/x.csv" }, "time": { "column": "t" } } ] }
        """;

    private const string WavMap = """
        { "schema": 1, "name": "t", "origin_ns": 0, "segments": { "axes": [ { "files": "{run}/x.wav" } ] },
          "streams": [ { "name": "mic", "modality": "microphone", "kind": "audio", "block_ms": 2,
            "source": { "file": "{run}/x.wav" } } ] }
        """;

    private const string EventMap = """
        { "schema": 1, "name": "t", "manifest": "m.json", "origin_ns": 0,
          "segments": { "axes": [ { "name": "run", "items": "runs" } ], "clock": "absolute" },
          "streams": [ { "name": "x", "modality": "m", "kind": "vector", "rate_hz": 10,
            "source": { "file": "x.npy", "length": "{run.n}" }, "time": { "file": "t.npy" } } ],
          "events": [ { "items": "run.e", "head": "event", "label": "{event.l}", "at": "{event.t}",
              "before_ms": 200 } ] }
        """;

    // trial x object x time x element; the value says trial, object and element.
    private static TemporaryFolder ArraySet()
    {
        var set = new TemporaryFolder();
        set.Write("m.json", """
            {"trials":2,"objects":[{"name":"b","kind":"box","place":1},{"name":"a","kind":"ball","place":0}]}
            """);
        set.Write("f.npy", NpyBytes.Of("<f4", "2, 2, 2, 2", new float[]
        {
            1, 2, 3, 4, 30, 31, 32, 33, 10, 11, 12, 13, 20, 21, 22, 23,
        }));
        return set;
    }

    private static ImportOptions Options(TemporaryFolder set) => new()
    {
        MapPath = set.File("map.json"),
        FromFolder = set.Path,
        ToPath = set.File("out.mcap"),
        Overwrite = true,
    };

    private static ImportReport Run(TemporaryFolder set, string map, Func<ImportOptions, ImportOptions>? change = null)
    {
        set.Write("map.json", map);
        return Importer.Run((change ?? (o => o))(Options(set)));
    }

    private static void Zip(string path, params (string Name, string Text)[] files)
    {
        using ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach ((string name, string text) in files)
        {
            using Stream stream = zip.CreateEntry(name).Open();
            stream.Write(Encoding.UTF8.GetBytes(text));
        }
    }

    private static byte[] Wav(int bits, short channels, int rate, int[] samples)
    {
        byte[] data = [.. samples.SelectMany(sample => BitConverter.GetBytes(sample)[..(bits / 8)])];
        return
        [
            .. "RIFF"u8, .. BitConverter.GetBytes(36 + data.Length), .. "WAVE"u8,
            .. "fmt "u8, .. BitConverter.GetBytes(16), 1, 0, .. BitConverter.GetBytes(channels),
            .. BitConverter.GetBytes(rate), .. BitConverter.GetBytes(rate * channels * bits / 8),
            .. BitConverter.GetBytes((short)(channels * bits / 8)), .. BitConverter.GetBytes((short)bits),
            .. "data"u8, .. BitConverter.GetBytes(data.Length), .. data,
        ];
    }
}
