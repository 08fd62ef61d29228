using System.Text;
using EdgeFusion.Models;
using EdgeFusion.Testing;
using EdgeFusion.Testing.Inference;
using Xunit;

namespace EdgeFusion.Tests.Models;

public sealed class ManifestPartsTests
{
    private static readonly JsonSchemaSubset Schema = new(
        File.ReadAllText(Path.Combine(RepositoryRoot.Path, "models", "manifest.schema.json")));

    [Fact]
    public void Every_part_arrives_where_it_belongs()
    {
        ModelManifest manifest = PartsModel.Manifest();

        ContextInput context = Assert.Single(manifest.Context);
        Assert.Equal(("behaviour", "context_behaviour"), (context.Name, context.Tensor));
        Assert.Equal(PartsModel.Behaviours, context.Labels.ToArray());
        Assert.Equal(["x", "y"], manifest.Heads[1].Labels.ToArray());
        Assert.Equal((HeadKind.Regression, "m"), (manifest.Heads[1].Kind, manifest.Heads[1].Units[1]));
        Assert.Equal("fusion.onnx", manifest.Split!.FusionFile);
        Assert.Equal(
            ["force>tokens_force", "proprioception>tokens_proprioception"],
            manifest.Split.Encoders.Select(e => $"{e.Inputs[0]}>{e.Outputs[0]}"));
        Assert.Equal(["fp16", "int8"], manifest.Variants.Select(variant => variant.Precision));
        Assert.True(Schema.Accepts(PartsModel.Json()));
    }

    [Theory]
    [InlineData("\"name\": \"behaviour\"", "\"name\": \"Behaviour\"", "$.context[0].name")]
    [InlineData("[\"grasp\", \"pick\"", "[\"grasp\", \"grasp\"", "$.context[0].labels[1]")]
    [InlineData("\"tensor\": \"context_behaviour\"", "\"tensor\": \"a b\"", "$.context[0].tensor")]
    [InlineData("\"elements\": [\"x\", \"y\"],", "", "$.heads[1].labels")]
    [InlineData("\"elements\": [\"x\", \"y\"]", "\"elements\": [\"x\", \"y\"], \"labels\": [\"x\", \"y\"]",
        "$.heads[1].elements")]
    [InlineData("\"elements\": [\"x\", \"y\"]", "\"elements\": [\"x\", \"x\"]", "$.heads[1].elements[1]")]
    [InlineData("\"kind\": \"classification\"", "\"kind\": \"classification\", \"elements\": [\"a\"]",
        "$.heads[0].elements")]
    [InlineData("\"precision\": \"int8\"", "\"precision\": \"int4\"", "$.variants[1].precision")]
    [InlineData("\"file\": \"model.int8.onnx\"", "\"file\": \"../x.onnx\"", "$.variants[1].file")]
    [InlineData("\"file\": \"fusion.onnx\"", "\"file\": \"fusion\"", "$.split.fusion.file")]
    [InlineData("\"inputs\": [\"force\"]", "\"inputs\": []", "$.split.encoders[0].inputs")]
    [InlineData("\"outputs\": [\"tokens_force\"]", "\"output\": [\"tokens_force\"]", "$.split.encoders[0].output")]
    public void A_fault_is_seen_by_reader_and_schema(string from, string to, string path)
    {
        string json = Replaced(from, to);

        Assert.Contains($"\n  {path}: ", Refused(json), StringComparison.Ordinal);
        Assert.False(Schema.Accepts(json), json);
    }

    [Theory]
    [InlineData("\"tensor\": \"context_behaviour\"", "\"tensor\": \"force\"", "$.context[0].tensor")]
    [InlineData("\"precision\": \"int8\"", "\"precision\": \"fp16\"", "$.variants[1].precision")]
    [InlineData("\"file\": \"model.int8.onnx\"", "\"file\": \"model.onnx\"", "$.variants[1].file")]
    [InlineData("\"outputs\": [\"tokens_force\"]", "\"outputs\": [\"pose\"]", "$.heads[1].tensor")]
    [InlineData("\"inputs\": [\"force\"]", "\"inputs\": [\"proprioception\"]", "$.split.encoders[0].inputs")]
    [InlineData("{ \"modality\": \"force\"", "{ \"modality\": \"camera\"", "$.split.encoders[0].modality")]
    [InlineData("{ \"modality\": \"force\"", "{ \"modality\": \"proprioception\"", "$.split.encoders[1].modality")]
    public void A_fault_between_two_places_is_seen_by_the_reader(string from, string to, string path)
    {
        string message = Refused(Replaced(from, to));

        // Two places name the same thing; which of them is at fault depends on the order of reading.
        string[] either = path == "$.heads[1].tensor" ? [path, "$.split.encoders[0].outputs"] : [path];
        Assert.True(either.Any(at => message.Contains($"\n  {at}: ", StringComparison.Ordinal)), message);
    }

    [Fact]
    public void A_context_input_is_called_after_its_context_where_nothing_else_is_said()
    {
        byte[] json = Encoding.UTF8.GetBytes(Replaced("\"tensor\": \"context_behaviour\",", ""));

        Assert.Equal("context_behaviour", ManifestReader.Parse(json, "parts").Context[0].Tensor);
    }

    [Fact]
    public void An_input_without_an_encoder_is_a_fault()
    {
        string json = PartsModel.Json();
        int begin = json.IndexOf("{ \"modality\": \"force\"", StringComparison.Ordinal);
        int end = json.IndexOf("{ \"modality\": \"proprioception\"", begin, StringComparison.Ordinal);

        string message = Refused(json[..begin] + json[end..]);

        Assert.Contains("$.split.encoders: there is none for modality 'force'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_context_input_is_compared_with_the_graph()
    {
        byte[] json = Encoding.UTF8.GetBytes(Replaced("\"tensor\": \"context_behaviour\"", "\"tensor\": \"context\""));
        ModelManifest manifest = ManifestReader.Parse(json, "parts");

        ModelException fault = Assert.Throws<ModelException>(
            () => ModelBundle.FromMemory(manifest with { Split = null }, PartsModel.Whole()));

        Assert.Contains("input 'context': manifest says float32 [1,7]", fault.Message, StringComparison.Ordinal);
        Assert.Contains("input 'context_behaviour': the manifest does not mention it", fault.Message,
            StringComparison.Ordinal);
    }

    private static string Replaced(string from, string to)
    {
        string json = PartsModel.Json();
        int at = json.IndexOf(from, StringComparison.Ordinal);
        Assert.True(at >= 0, $"the sample has no {from}");
        return json[..at] + to + json[(at + from.Length)..];
    }

    private static string Refused(string json) => Assert.Throws<ModelException>(
        () => ManifestReader.Parse(Encoding.UTF8.GetBytes(json), "test.json")).Message;
}
