using System.Text;
using EdgeFusion.Models;
using EdgeFusion.Sensing;
using EdgeFusion.Testing;
using EdgeFusion.Testing.Inference;
using Xunit;

namespace EdgeFusion.Tests.Models;

public sealed class ManifestReaderTests
{
    private static readonly JsonSchemaSubset Schema = new(
        File.ReadAllText(Path.Combine(RepositoryRoot.Path, "models", "manifest.schema.json")));

    public static TheoryData<string, string, string> Both => ManifestSamples.Both;

    public static TheoryData<string, string, string> ReaderOnly => ManifestSamples.ReaderOnly;

    [Fact]
    public void Every_key_arrives_where_it_belongs()
    {
        ModelManifest manifest = Read(ManifestSamples.Contract());

        Assert.Equal(ContractModel.Manifest.Sha256, manifest.Sha256);
        Assert.Equal(new WindowShape(1_000_000_000, 100_000_000, 50_000_000), manifest.Window);
        ModelInput camera = manifest.Inputs[0];
        Assert.Equal((InputKind.Frames, TensorType.UInt8, "NTHWC"), (camera.Kind, camera.Type, camera.Layout));
        Assert.Equal((GridAnchor.Center, Interpolation.Nearest), (camera.Anchor, camera.Interpolation));
        Assert.Equal((200_000_000L, 0.4), (camera.MaxGapNanoseconds, camera.MinCoverage));
        Assert.Equal((PixelFormat.Rgb8, FrameFit.Crop, 2.0), (camera.PixelFormat, camera.Fit, camera.RateHz));
        ModelInput microphone = manifest.Inputs[1];
        Assert.Equal((GridAnchor.Start, Interpolation.Linear), (microphone.Anchor, microphone.Interpolation));
        Assert.Equal((0L, 0.5, 16), (microphone.MaxGapNanoseconds, microphone.MinCoverage, microphone.Steps));
        ModelInput force = manifest.Inputs[2];
        Assert.Equal(["fx", "fy"], force.Elements.ToArray());
        Assert.Equal(["N", "N"], force.Units.ToArray());
        Assert.Equal((GridAnchor.End, 40_500_000L), (force.Anchor, force.MaxGapNanoseconds));
        Assert.Equal(new MaskInput("avail"), manifest.Mask);
        ModelHead head = Assert.Single(manifest.Heads);
        Assert.Equal(("weight", HeadKind.Classification, 1.5), (head.Name, head.Kind, head.Temperature));
        Assert.Equal("logits_weight_per_modality", head.PerModalityTensor);
        Assert.Equal(new EmbeddingOutput("embedding", 4), manifest.Embedding);
    }

    [Fact]
    public void Sound_manifests_are_accepted_by_reader_and_schema()
    {
        string[] sound = [ManifestSamples.Contract(), ManifestSamples.Least(), ManifestSamples.Stereo()];
        foreach (string json in sound)
        {
            Read(json);

            Assert.True(SchemaAccepts(json), json);
        }
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void A_fault_is_seen_by_reader_and_schema(string from, string to, string path)
    {
        string json = Replaced(from, to);

        Assert.Contains($"\n  {path}: ", Refused(json), StringComparison.Ordinal);
        Assert.False(SchemaAccepts(json), json);
    }

    [Theory]
    [MemberData(nameof(ReaderOnly))]
    public void A_fault_between_two_places_is_seen_by_the_reader(string from, string to, string path) =>
        Assert.Contains($"\n  {path}: ", Refused(Replaced(from, to)), StringComparison.Ordinal);

    [Fact]
    public void All_faults_are_listed_together_with_the_file()
    {
        string json = ManifestSamples.Contract()
            .Replace("\"schema\": 1,", "\"schema\": 3,", StringComparison.Ordinal)
            .Replace("\"rgb8\"", "\"yuv\"", StringComparison.Ordinal)
            .Replace("\"modality\": \"force\"", "\"modality\": \"microphone\"", StringComparison.Ordinal)
            .Replace("\"size\": 4", "\"sise\": 4", StringComparison.Ordinal);

        string message = Refused(json);

        Assert.StartsWith("Model manifest test.json has 5 faults:", message, StringComparison.Ordinal);
        foreach (string path in (string[])
            ["$.schema", "$.inputs[0].pixel_format", "$.inputs[2].modality", "$.embedding.sise", "$.embedding.size"])
        {
            Assert.Contains($"\n  {path}: ", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_spec_may_lack_the_file_and_a_manifest_may_not()
    {
        string json = ManifestSamples.Contract()
            .Replace("\"file\": \"model.onnx\",", "", StringComparison.Ordinal)
            .Replace($"\"sha256\": \"{ContractModel.Manifest.Sha256}\",", "", StringComparison.Ordinal)
            .Replace("\"opset\": 17,", "", StringComparison.Ordinal);

        ModelManifest spec = ManifestReader.Parse(Encoding.UTF8.GetBytes(json), "test.json", spec: true);

        Assert.Equal(("", "", 0), (spec.File, spec.Sha256, spec.Opset));
        Assert.Contains("has 3 faults", Refused(json), StringComparison.Ordinal);
        Assert.False(SchemaAccepts(json));
    }

    [Fact]
    public void The_window_specs_of_training_are_sound()
    {
        string folder = Path.Combine(RepositoryRoot.Path, "models", "training", "specs");

        foreach (string path in Directory.EnumerateFiles(folder, "*.json"))
        {
            Assert.Equal(Path.GetFileNameWithoutExtension(path), ManifestReader.ReadSpec(path).Name);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"schema\": 1,}")]
    [InlineData("{\"name\": \"\\ud800\"}")]
    [InlineData("{\"\\ud800\": 1}")]
    public void What_is_no_manifest_is_refused(string json) => Refused(json);

    [Fact]
    public void Invalid_text_is_refused()
    {
        byte[] json = Encoding.UTF8.GetBytes(ManifestSamples.Contract());
        json[Array.IndexOf(json, (byte)'M')] = 0xFF;

        Assert.Throws<ModelException>(() => ManifestReader.Parse(json, "test.json"));
    }

    [Fact]
    public void A_byte_order_mark_is_forgiven()
    {
        byte[] json = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(ManifestSamples.Least())];

        Assert.Equal("least", ManifestReader.Parse(json, "test.json").Name);
    }

    [Fact]
    public void Ten_thousand_faults_are_counted_but_not_all_printed()
    {
        string labels = string.Join(',', Enumerable.Repeat("1", 10_000));
        string message = Refused(Replaced("[\"light\", \"heavy\"]", $"[{labels}]"));

        Assert.Contains("has 10000 faults", message, StringComparison.Ordinal);
        Assert.InRange(message.Length, 0, 10_000);
    }

    [Fact]
    public void More_than_one_mebibyte_is_refused_unread()
    {
        byte[] json = new byte[ManifestReader.MaxBytes + 1];

        ModelException fault = Assert.Throws<ModelException>(() => ManifestReader.Parse(json, "test.json"));

        Assert.Contains("larger than 1048576", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_manifest_cut_off_anywhere_or_with_any_byte_changed_is_accepted_or_refused_never_worse()
    {
        byte[] json = Encoding.UTF8.GetBytes(ManifestSamples.Contract());
        for (int i = 0; i < json.Length; i++)
        {
            ReadOrRefuse(json[..i]);
            foreach (byte value in (byte[])[(byte)'"', 0xFF])
            {
                byte before = json[i];
                json[i] = value;
                ReadOrRefuse(json);
                json[i] = before;
            }
        }
    }

    private static void ReadOrRefuse(byte[] json)
    {
        try
        {
            ManifestReader.Parse(json, "test.json");
        }
        catch (ModelException)
        {
            // Refused with a message: that is one of the two answers allowed.
        }
    }

    private static string Replaced(string from, string to)
    {
        string json = ManifestSamples.Contract();
        int at = json.IndexOf(from, StringComparison.Ordinal);
        Assert.True(at >= 0, $"the sample has no {from}");
        return json[..at] + to + json[(at + from.Length)..];
    }

    private static ModelManifest Read(string json) => ManifestReader.Parse(Encoding.UTF8.GetBytes(json), "test.json");

    private static string Refused(string json) =>
        Assert.Throws<ModelException>(() => Read(json)).Message;

    private static bool SchemaAccepts(string json) => Schema.Accepts(json);
}
