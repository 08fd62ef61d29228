using System.Collections.Immutable;

namespace EdgeFusion.Models;

/// <summary>
/// Looks through an ONNX file before any run time may load it: walks the protobuf within fixed bounds, refuses what a
/// model of ours never needs (data in other files, compiled engine contexts, foreign operator domains) and reads the
/// declared inputs and outputs.
/// </summary>
/// <remarks>
/// Data in other files ("external_data") is the source of a line of path traversal faults in ONNX tools, and a context
/// node carries machine code for one vendor's device; both have no place in a bundle whose hash is published. All
/// faults are listed together.
/// <para><b>Threading.</b> Stateless; any thread.</para>
/// </remarks>
public static class OnnxModelScan
{
    /// <summary>Default limit of a model file: 64 MiB, about sixteen million float weights.</summary>
    public const int DefaultMaxBytes = 64 << 20;

    /// <summary>Scans a model held in memory.</summary>
    /// <param name="model">Content of the file.</param>
    /// <param name="source">Name of the file for messages.</param>
    /// <param name="maxBytes">Largest size accepted.</param>
    /// <exception cref="ModelException">It is no ONNX model or holds something refused.</exception>
    public static OnnxGraph Scan(ReadOnlySpan<byte> model, string source, int maxBytes = DefaultMaxBytes)
    {
        if (model.Length > maxBytes)
        {
            throw new ModelException(
                $"Model file {source} has {model.Length} bytes, the limit is {maxBytes}. Export a smaller model or "
                + "raise the limit.");
        }

        var walk = new OnnxWalk();
        try
        {
            walk.Model(model);
        }
        catch (ProtobufException fault)
        {
            throw new ModelException(
                $"Model file {source} is not a readable ONNX file: {fault.Message}. Export or copy it again.", fault);
        }

        if (walk.Faults.Count > 0)
        {
            throw new ModelException(
                $"Model file {source} is refused:\n  {string.Join("\n  ", walk.Faults)}\n"
                + "Export the model again with all weights inside and standard operators only.");
        }

        return new OnnxGraph
        {
            Opset = walk.Opset,
            Inputs = Required(walk),
            Outputs = [.. walk.Outputs],
            NodeCount = walk.NodeCount,
            Producer = walk.Producer,
        };
    }

    private static ImmutableArray<OnnxTensor> Required(OnnxWalk walk)
    {
        ImmutableArray<OnnxTensor>.Builder inputs = ImmutableArray.CreateBuilder<OnnxTensor>();
        foreach (OnnxTensor input in walk.Inputs)
        {
            if (!walk.Initializers.Contains(input.Name))
            {
                inputs.Add(input);
            }
        }

        return inputs.ToImmutable();
    }
}
