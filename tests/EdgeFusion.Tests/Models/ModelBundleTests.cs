using System.Security.Cryptography;
using System.Text;
using EdgeFusion.Models;
using EdgeFusion.Testing.Inference;
using Xunit;

namespace EdgeFusion.Tests.Models;

public sealed class ModelBundleTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    [Fact]
    public void A_sound_bundle_opens_by_folder_and_by_manifest()
    {
        string manifest = Write(ManifestSamples.Contract(), ContractModel.File);

        ModelBundle byFolder = ModelBundle.Open(_folder);
        ModelBundle byManifest = ModelBundle.Open(manifest);

        Assert.Equal("contract", byFolder.Manifest.Name);
        Assert.Equal(_folder, byManifest.Manifest.Folder);
        Assert.True(byFolder.Content.Span.SequenceEqual(ContractModel.File));
    }

    [Fact]
    public void Every_difference_between_manifest_and_graph_is_listed_with_both_sides()
    {
        string json = ManifestSamples.Contract()
            .Replace("[1, 16]", "[1, 8]", StringComparison.Ordinal)
            .Replace("\"tensor\": \"force\"", "\"tensor\": \"wrench\"", StringComparison.Ordinal)
            .Replace("\"size\": 4", "\"size\": 5", StringComparison.Ordinal)
            .Replace("\"opset\": 17", "\"opset\": 18", StringComparison.Ordinal)
            .Replace("[\"light\", \"heavy\"]", "[\"light\", \"medium\", \"heavy\"]", StringComparison.Ordinal);
        Write(json, ContractModel.File);

        ModelException fault = Assert.Throws<ModelException>(() => ModelBundle.Open(_folder));

        foreach (string difference in (string[])
        [
            "opset: manifest says 18, graph says 17",
            "input 'microphone': manifest says float32 [1,8], graph says float32 [?,16]",
            "input 'wrench': manifest says float32 [1,4,2], graph has none of that name; it has camera, microphone",
            "output 'logits_weight': manifest says float32 [1,3], graph says float32 [?,2]",
            "output 'logits_weight_per_modality': manifest says float32 [1,3,3], graph says float32 [?,3,2]",
            "output 'embedding': manifest says float32 [1,5], graph says float32 [?,4]",
            "input 'force': the manifest does not mention it, graph says float32 [?,4,2]",
        ])
        {
            Assert.Contains(difference, fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_changed_model_file_is_refused_with_both_hashes()
    {
        byte[] changed = [.. ContractModel.File];
        changed[^1] ^= 1;
        Write(ManifestSamples.Contract(), changed);

        ModelException fault = Assert.Throws<ModelException>(() => ModelBundle.Open(_folder));

        Assert.Contains(ContractModel.Manifest.Sha256, fault.Message, StringComparison.Ordinal);
        Assert.Contains(Convert.ToHexStringLower(SHA256.HashData(changed)), fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_out_of_the_folder_is_refused()
    {
        Write(ManifestSamples.Contract(), ContractModel.File);
        string elsewhere = Directory.CreateTempSubdirectory().FullName;
        try
        {
            File.Move(Path.Combine(_folder, "model.onnx"), Path.Combine(elsewhere, "model.onnx"));
            File.CreateSymbolicLink(Path.Combine(_folder, "model.onnx"), Path.Combine(elsewhere, "model.onnx"));

            ModelException fault = Assert.Throws<ModelException>(() => ModelBundle.Open(_folder));

            Assert.Contains("outside the model's folder", fault.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(elsewhere, recursive: true);
        }
    }

    [Fact]
    public void A_link_within_the_folder_is_followed()
    {
        Write(ManifestSamples.Contract(), ContractModel.File);
        File.Move(Path.Combine(_folder, "model.onnx"), Path.Combine(_folder, "v1.onnx"));
        File.CreateSymbolicLink(Path.Combine(_folder, "model.onnx"), "v1.onnx");

        Assert.Equal("contract", ModelBundle.Open(_folder).Manifest.Name);
    }

    [Theory]
    [InlineData("../model.onnx")]
    [InlineData("/etc/model.onnx")]
    [InlineData("sub/model.onnx")]
    [InlineData("..\\\\model.onnx")]
    [InlineData("..onnx")]
    [InlineData("model.onnx\\u0000")]
    public void A_file_name_that_is_more_than_a_name_is_refused(string name)
    {
        string json = ManifestSamples.Contract()
            .Replace("\"model.onnx\"", $"\"{name}\"", StringComparison.Ordinal);
        Write(json, ContractModel.File);

        ModelException fault = Assert.Throws<ModelException>(() => ModelBundle.Open(_folder));

        Assert.Contains("$.file: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_and_oversized_files_are_named()
    {
        ModelException noManifest = Assert.Throws<ModelException>(() => ModelBundle.Open(_folder));
        Write(ManifestSamples.Contract(), ContractModel.File);
        ModelException tooLarge = Assert.Throws<ModelException>(() => ModelBundle.Open(_folder, maxBytes: 100));
        File.Delete(Path.Combine(_folder, "model.onnx"));
        ModelException noModel = Assert.Throws<ModelException>(() => ModelBundle.Open(_folder));

        Assert.Contains("manifest.json", noManifest.Message, StringComparison.Ordinal);
        Assert.Contains("the limit is 100", tooLarge.Message, StringComparison.Ordinal);
        Assert.Contains("model.onnx", noModel.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_catalog_finds_models_by_name_and_lists_them_when_it_does_not()
    {
        string models = Path.Combine(_folder, "models");
        Write(ManifestSamples.Contract(), ContractModel.File, Path.Combine(models, "contract"));
        Write(ManifestSamples.Contract(), ContractModel.File, Path.Combine(models, "another"));
        Directory.CreateDirectory(Path.Combine(models, "training"));
        var catalog = new ModelCatalog(models);

        ModelException fault = Assert.Throws<ModelException>(() => catalog.Open("workcel"));

        Assert.Equal(["another", "contract"], catalog.Names().ToArray());
        Assert.Equal("contract", catalog.Open("contract").Manifest.Name);
        Assert.Equal("contract", catalog.Open(Path.Combine(models, "contract")).Manifest.Name);
        Assert.Contains("No model 'workcel'", fault.Message, StringComparison.Ordinal);
        Assert.Contains("it holds another, contract", fault.Message, StringComparison.Ordinal);
        Assert.Throws<ModelException>(() => catalog.Open(".."));
        Assert.Empty(new ModelCatalog(Path.Combine(_folder, "none")).Names());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string manifest, byte[] model, string? folder = null)
    {
        folder ??= _folder;
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "model.onnx"), model);
        string path = Path.Combine(folder, "manifest.json");
        File.WriteAllText(path, manifest, new UTF8Encoding(false));
        return path;
    }
}
