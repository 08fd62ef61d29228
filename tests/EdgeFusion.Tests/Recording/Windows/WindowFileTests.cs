using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using EdgeFusion.Models;
using EdgeFusion.Pipeline;
using EdgeFusion.Recording;
using EdgeFusion.Recording.Windows;
using EdgeFusion.Tests.Pipeline;
using Xunit;
using static EdgeFusion.Tests.Windowing.TestSensors;

namespace EdgeFusion.Tests.Recording.Windows;

public sealed class WindowFileTests : IDisposable
{
    private static readonly ModelManifest Model = Manifest(VectorInput(100)) with
    {
        Context = [new ContextInput("behaviour", "context_behaviour", ["grasp", "shake"])],
        Heads =
        [
            new() { Name = "h", Kind = HeadKind.Classification, Tensor = "logits", Labels = ["a", "b"] },
            new() { Name = "pose", Kind = HeadKind.Regression, Tensor = "pose", Labels = ["x", "y"] },
        ],
    };

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Context_and_the_values_of_regressions_stand_beside_the_labels()
    {
        var labels = new LabelTrack();
        labels.Add(new LabelSpan("h", "b", At(0), At(1_500)));
        labels.Add(new LabelSpan("pose", "0.25, -1e1", At(0), At(1_200)));
        labels.Add(new LabelSpan("pose", "twelve", At(1_200), At(2_400)));
        labels.Add(new LabelSpan("behaviour", "shake", At(600), At(2_000)));
        labels.Sorted();

        using ZipArchive file = Write(labels);

        Assert.Equal(("<i4", "(6,)"), Head(file, "labels_h"));
        Assert.Equal(("<f4", "(6,2)"), Head(file, "labels_pose"));
        Assert.Equal(("<i4", "(6,)"), Head(file, "context_behaviour"));
        Assert.Equal([1, 1, 1, 1, 1, 1], Rows<int>(file, "labels_h"));
        Assert.Equal([-1, 1, 1, 1, 1, 1], Rows<int>(file, "context_behaviour"));
        float none = float.NaN;
        Assert.Equal(
            [0.25f, -10, 0.25f, -10, 0.25f, -10, none, none, none, none, none, none], Rows<float>(file, "labels_pose"));
        JsonElement meta = Meta(file);
        Assert.Equal("shake", meta.GetProperty("context").GetProperty("behaviour")[1].GetString());
        Assert.Equal("y", meta.GetProperty("labels").GetProperty("pose")[1].GetString());
    }

    [Fact]
    public void Trials_are_numbered_where_labels_name_them()
    {
        var labels = new LabelTrack();
        labels.Add(new LabelSpan("h", "b", At(0), At(3_000)));
        using (ZipArchive file = Write(labels))
        {
            Assert.Null(file.GetEntry("trial.npy"));
            Assert.Null(file.GetEntry("trials.npy"));
        }

        labels.Add(new LabelSpan("trial", "3", At(0), At(1_400)));
        labels.Add(new LabelSpan("trial", "0", At(1_700), At(3_000)));
        labels.Sorted();
        using ZipArchive numbered = Write(labels);

        // Windows of a second, a tenth apart: none for those in which the trial changes.
        Assert.Equal(("<i4", "(20,)"), Head(numbered, "trial"));
        int[] trial = Rows<int>(numbered, "trial");
        Assert.Equal(0, trial[0]);
        Assert.Equal(1, trial[^1]);
        Assert.Contains(-1, trial);
        Assert.Equal(("<U1", "(2,)"), Head(numbered, "trials"));
    }

    [Theory]
    [InlineData("1.5", 1, "1.5")]
    [InlineData(" 1,2 ; -3e-1\t4", 4, "1 2 -0.3 4")]
    [InlineData("1 2", 1, null)]
    [InlineData("1", 2, null)]
    [InlineData("", 1, null)]
    [InlineData("heavy", 1, null)]
    [InlineData("nan", 1, null)]
    [InlineData("1e40", 1, null)]
    public void A_label_of_a_regression_is_its_numbers_or_none(string label, int count, string? expected)
    {
        var values = new float[count];

        bool good = RegressionLabel.TryParse(label, values);

        Assert.Equal(expected is not null, good);
        if (good)
        {
            Assert.Equal(
                expected, string.Join(' ', values.Select(value => value.ToString(CultureInfo.InvariantCulture))));
        }
    }

    private ZipArchive Write(LabelTrack labels)
    {
        var feed = new ListFeed(Vector());
        for (int at = 0; at < 3_000; at += 10)
        {
            feed.Add(0, at, at + 1, at, 1);
        }

        using var windows = new WindowFile(Model, new WindowFileOptions(), _folder);
        windows.Begin("test", "", labels);
        using var pipeline = new VirtualPipeline(
            new VirtualSetup
            {
                Manifest = Model,
                Origin = At(0),
                Windows = windows,
                Context = new RecordedContext(Model, labels),
            },
            feed.Sensors);
        pipeline.Run(feed);
        string path = Path.Combine(_folder, "w.npz");
        windows.Save(path);
        return ZipFile.OpenRead(path);
    }

    private static byte[] Bytes(ZipArchive file, string name)
    {
        using Stream stream = file.GetEntry(name + ".npy")!.Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private static (string Type, string Shape) Head(ZipArchive file, string name)
    {
        byte[] bytes = Bytes(file, name);
        string header = Encoding.ASCII.GetString(bytes, 10, BitConverter.ToUInt16(bytes, 8));
        string type = header.Split("'descr': '")[1].Split('\'')[0];
        string[] extents = header.Split("'shape': (")[1].Split(')')[0].Split(
            ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return (type, extents.Length == 1 ? $"({extents[0]},)" : $"({string.Join(',', extents)})");
    }

    private static T[] Rows<T>(ZipArchive file, string name)
        where T : unmanaged
    {
        byte[] bytes = Bytes(file, name);
        return MemoryMarshal.Cast<byte, T>(bytes.AsSpan(10 + BitConverter.ToUInt16(bytes, 8))).ToArray();
    }

    private static JsonElement Meta(ZipArchive file)
    {
        byte[] bytes = Bytes(file, "meta");
        string text = Encoding.UTF32.GetString(bytes.AsSpan(10 + BitConverter.ToUInt16(bytes, 8)));
        return JsonDocument.Parse(text.TrimEnd('\0')).RootElement;
    }
}
