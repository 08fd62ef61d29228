using System.Runtime.InteropServices;

namespace EdgeFusion.Testing.Inference;

/// <summary>Writes small ONNX files for tests: just enough of onnx.proto3, field numbers as named there.</summary>
public sealed class OnnxModelWriter
{
    /// <summary>Element types as ONNX counts them.</summary>
    public const int Float32 = 1;
    /// <summary>Unsigned 8-bit.</summary>
    public const int UInt8 = 2;
    /// <summary>64-bit integer.</summary>
    public const int Int64 = 7;

    private readonly ProtobufWriter _graph = new();
    private readonly ProtobufWriter _model = new();

    /// <summary>Starts a model.</summary>
    /// <param name="opset">Operator set of the default domain.</param>
    public OnnxModelWriter(int opset = 17)
    {
        _graph.Text(2, "test");
        _model.Varint(1, 8);
        _model.Text(2, "edgefusion-tests");
        Import("", opset);
    }

    /// <summary>Imports an operator set.</summary>
    public OnnxModelWriter Import(string domain, int version)
    {
        var set = new ProtobufWriter();
        set.Text(1, domain);
        set.Varint(2, version);
        _model.Message(8, set);
        return this;
    }

    /// <summary>Declares an input; a null extent is the open dimension "N".</summary>
    public OnnxModelWriter Input(string name, int type, params long?[] shape) => Value(11, name, type, shape);

    /// <summary>Declares an output.</summary>
    public OnnxModelWriter Output(string name, int type, params long?[] shape) => Value(12, name, type, shape);

    /// <summary>Adds a float initializer.</summary>
    public OnnxModelWriter Floats(string name, long[] shape, params float[] values) =>
        Tensor(name, Float32, shape, MemoryMarshal.AsBytes<float>(values));

    /// <summary>Adds an int64 initializer of one dimension.</summary>
    public OnnxModelWriter Longs(string name, params long[] values) =>
        Tensor(name, Int64, [values.Length], MemoryMarshal.AsBytes<long>(values));

    /// <summary>Adds an int8 initializer.</summary>
    public OnnxModelWriter Int8s(string name, long[] shape, params sbyte[] values) =>
        Tensor(name, 3, shape, MemoryMarshal.AsBytes<sbyte>(values));

    /// <summary>Adds an operator.</summary>
    public OnnxModelWriter Node(
        string type, string[] inputs, string[] outputs, string domain = "",
        params (string Name, object Value)[] attributes)
    {
        _graph.Message(1, NodeOf(type, inputs, outputs, domain, attributes));
        return this;
    }

    /// <summary>Adds any field to the graph; for tests of what is refused.</summary>
    public OnnxModelWriter GraphField(int field, ProtobufWriter message)
    {
        _graph.Message(field, message);
        return this;
    }

    /// <summary>Adds any field to the model; for tests of what is refused.</summary>
    public OnnxModelWriter ModelField(int field, ProtobufWriter message)
    {
        _model.Message(field, message);
        return this;
    }

    /// <summary>An operator as a message.</summary>
    public static ProtobufWriter NodeOf(
        string type, string[] inputs, string[] outputs, string domain, params (string Name, object Value)[] attributes)
    {
        var node = new ProtobufWriter();
        foreach (string input in inputs)
        {
            node.Text(1, input);
        }

        foreach (string output in outputs)
        {
            node.Text(2, output);
        }

        node.Text(4, type);
        foreach ((string name, object value) in attributes)
        {
            node.Message(5, AttributeOf(name, value));
        }

        if (domain.Length > 0)
        {
            node.Text(7, domain);
        }

        return node;
    }

    /// <summary>The file.</summary>
    public byte[] ToArray()
    {
        var model = new ProtobufWriter();
        model.Raw(_model.ToArray());
        model.Message(7, _graph);
        return model.ToArray();
    }

    private static ProtobufWriter AttributeOf(string name, object value)
    {
        var attribute = new ProtobufWriter();
        attribute.Text(1, name);
        switch (value)
        {
            case long number:
                attribute.Varint(3, number);
                attribute.Varint(20, 2);
                break;
            case long[] numbers:
                foreach (long number in numbers)
                {
                    attribute.Varint(8, number);
                }

                attribute.Varint(20, 7);
                break;
            case ProtobufWriter graph:
                attribute.Message(6, graph);
                attribute.Varint(20, 5);
                break;
            default:
                throw new NotSupportedException(value.GetType().Name);
        }

        return attribute;
    }

    private OnnxModelWriter Value(int field, string name, int type, long?[] shape)
    {
        var dimensions = new ProtobufWriter();
        foreach (long? extent in shape)
        {
            var dimension = new ProtobufWriter();
            if (extent is { } known)
            {
                dimension.Varint(1, known);
            }
            else
            {
                dimension.Text(2, "N");
            }

            dimensions.Message(1, dimension);
        }

        var tensor = new ProtobufWriter();
        tensor.Varint(1, type);
        tensor.Message(2, dimensions);
        var wrapped = new ProtobufWriter();
        wrapped.Message(1, tensor);
        var value = new ProtobufWriter();
        value.Text(1, name);
        value.Message(2, wrapped);
        _graph.Message(field, value);
        return this;
    }

    private OnnxModelWriter Tensor(string name, int type, long[] shape, ReadOnlySpan<byte> raw)
    {
        var tensor = new ProtobufWriter();
        foreach (long extent in shape)
        {
            tensor.Varint(1, extent);
        }

        tensor.Varint(2, type);
        tensor.Text(8, name);
        tensor.Bytes(9, raw);
        _graph.Message(5, tensor);
        return this;
    }
}
