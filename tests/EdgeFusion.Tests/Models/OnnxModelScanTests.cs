using EdgeFusion.Models;
using EdgeFusion.Testing.Inference;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace EdgeFusion.Tests.Models;

public sealed class OnnxModelScanTests
{
    [Fact]
    public void Inputs_outputs_and_opset_are_read()
    {
        OnnxGraph graph = OnnxModelScan.Scan(ContractModel.File, "model.onnx");

        Assert.Equal(17, graph.Opset);
        Assert.Equal("edgefusion-tests", graph.Producer);
        Assert.Equal(14, graph.NodeCount);
        Assert.Equal(
            [
                "camera uint8 [?,2,2,2,3]", "microphone float32 [?,16]", "force float32 [?,4,2]", "avail float32 [?,3]",
            ],
            graph.Inputs.Select(input => $"{input.Name} {input.Describe()}"));
        Assert.Equal(
            [
                "logits_weight float32 [?,2]", "logits_weight_per_modality float32 [?,3,2]", "embedding float32 [?,4]",
            ],
            graph.Outputs.Select(output => $"{output.Name} {output.Describe()}"));
    }

    [Fact]
    public void An_initializer_listed_as_input_need_not_be_fed()
    {
        byte[] file = new OnnxModelWriter()
            .Input("x", OnnxModelWriter.Float32, 1)
            .Input("w", OnnxModelWriter.Float32, 1)
            .Floats("w", [1], 2)
            .ToArray();

        OnnxGraph graph = OnnxModelScan.Scan(file, "model.onnx");

        Assert.Equal("x", Assert.Single(graph.Inputs).Name);
    }

    [Fact]
    public void Everything_that_is_refused_is_listed_together()
    {
        var location = new ProtobufWriter();
        location.Text(1, "location");
        location.Text(2, "../../etc/passwd");
        var outside = new ProtobufWriter();
        outside.Text(8, "w");
        outside.Message(13, location);
        outside.Varint(14, 1);
        byte[] file = new OnnxModelWriter()
            .Import("com.evil", 1)
            .GraphField(5, outside)
            .Node("EPContext", [], ["y"], "com.microsoft")
            .Node("Steal", [], ["z"], "org.attacker\u001b[2J")
            .ModelField(20, new ProtobufWriter())
            .ToArray();

        ModelException fault = Assert.Throws<ModelException>(() => OnnxModelScan.Scan(file, "model.onnx"));

        Assert.Contains("external_data", fault.Message, StringComparison.Ordinal);
        Assert.Contains("data_location", fault.Message, StringComparison.Ordinal);
        Assert.Contains("EPContext", fault.Message, StringComparison.Ordinal);
        Assert.Contains("com.evil", fault.Message, StringComparison.Ordinal);
        Assert.Contains(
            "operator Steal is of the foreign domain 'org.attacker?[2J'", fault.Message, StringComparison.Ordinal);
        Assert.Contains("training", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_refused_is_found_in_nested_graphs_too()
    {
        var inner = new ProtobufWriter();
        inner.Message(1, OnnxModelWriter.NodeOf("Steal", [], [], "org.attacker"));
        byte[] file = new OnnxModelWriter().Node("If", ["x"], ["y"], "", ("then_branch", inner)).ToArray();

        ModelException fault = Assert.Throws<ModelException>(() => OnnxModelScan.Scan(file, "model.onnx"));

        Assert.Contains("org.attacker", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Functions_are_searched_too()
    {
        var function = new ProtobufWriter();
        function.Text(1, "f");
        function.Message(7, OnnxModelWriter.NodeOf("EPContext", [], [], ""));
        function.Text(10, "org.attacker");
        byte[] file = new OnnxModelWriter().ModelField(25, function).ToArray();

        ModelException fault = Assert.Throws<ModelException>(() => OnnxModelScan.Scan(file, "model.onnx"));

        Assert.Contains("EPContext", fault.Message, StringComparison.Ordinal);
        Assert.Contains("org.attacker", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_refused_and_not_followed()
    {
        var graph = new ProtobufWriter();
        for (int i = 0; i < 2000; i++)
        {
            var outer = new ProtobufWriter();
            outer.Message(1, OnnxModelWriter.NodeOf("If", [], [], "", ("then_branch", graph)));
            graph = outer;
        }

        byte[] file = new OnnxModelWriter().Node("If", [], [], "", ("then_branch", graph)).ToArray();

        ModelException fault = Assert.Throws<ModelException>(() => OnnxModelScan.Scan(file, "model.onnx"));

        Assert.Contains("nested more than 16", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_graphs_in_one_file_are_refused()
    {
        byte[] file = [.. ContractModel.File, .. ContractModel.File];

        ModelException fault = Assert.Throws<ModelException>(() => OnnxModelScan.Scan(file, "model.onnx"));

        Assert.Contains("more than one graph", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_above_the_limit_is_refused_unread()
    {
        ModelException fault = Assert.Throws<ModelException>(
            () => OnnxModelScan.Scan(ContractModel.File, "model.onnx", maxBytes: 100));

        Assert.Contains("the limit is 100", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_off_at_any_byte_is_accepted_or_refused_never_worse()
    {
        for (int length = 0; length < ContractModel.File.Length; length++)
        {
            ScanOrRefuse(ContractModel.File[..length]);
        }
    }

    [Fact]
    public void A_file_with_any_bit_flipped_is_accepted_or_refused_never_worse()
    {
        byte[] file = [.. ContractModel.File];
        for (int bit = 0; bit < file.Length * 8; bit++)
        {
            file[bit / 8] ^= (byte)(1 << (bit % 8));
            ScanOrRefuse(file);
            file[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Any_bytes_are_accepted_or_refused_never_worse() =>
        Prop.ForAll<byte[]>(ScanOrRefuse).QuickCheckThrowOnFailure();

    private static void ScanOrRefuse(byte[] file)
    {
        try
        {
            OnnxModelScan.Scan(file, "model.onnx");
        }
        catch (ModelException)
        {
            // Refused with a message: that is one of the two answers allowed.
        }
    }
}
