using System.Collections.Immutable;

namespace EdgeFusion.Models;

/// <summary>Reads a ValueInfoProto of an ONNX file: name, element type and shape of an input or output.</summary>
internal static class OnnxValueInfo
{
    private const int MaxDimensions = 16;

    public static OnnxTensor Read(ReadOnlySpan<byte> message, int maxNameBytes)
    {
        string name = "";
        int type = 0;
        ImmutableArray<long> dimensions = default;
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    name = reader.Text(maxNameBytes);
                    break;
                case 2:
                    (type, dimensions) = TypeOf(reader.Bytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new OnnxTensor(name, type, dimensions);
    }

    // TypeProto: only tensor_type (1) is of use; a sequence, map or optional leaves element type 0.
    private static (int Type, ImmutableArray<long> Dimensions) TypeOf(ReadOnlySpan<byte> message)
    {
        (int Type, ImmutableArray<long> Dimensions) found = (0, default);
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (reader.Field == 1)
            {
                found = TensorTypeOf(reader.Bytes());
            }
            else
            {
                reader.Skip();
            }
        }

        return found;
    }

    private static (int Type, ImmutableArray<long> Dimensions) TensorTypeOf(ReadOnlySpan<byte> message)
    {
        int type = 0;
        ImmutableArray<long> dimensions = default;
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    type = (int)Math.Clamp(reader.Integer(), -1, int.MaxValue);
                    break;
                case 2:
                    dimensions = ShapeOf(reader.Bytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return (type, dimensions);
    }

    private static ImmutableArray<long> ShapeOf(ReadOnlySpan<byte> message)
    {
        ImmutableArray<long>.Builder dimensions = ImmutableArray.CreateBuilder<long>();
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (reader.Field != 1)
            {
                reader.Skip();
                continue;
            }

            if (dimensions.Count == MaxDimensions)
            {
                throw new ProtobufException($"a tensor has more than {MaxDimensions} dimensions");
            }

            dimensions.Add(ExtentOf(reader.Bytes()));
        }

        return dimensions.ToImmutable();
    }

    private static long ExtentOf(ReadOnlySpan<byte> message)
    {
        long extent = OnnxTensor.Dynamic;
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (reader.Field == 1)
            {
                extent = Math.Max(OnnxTensor.Dynamic, reader.Integer());
            }
            else
            {
                reader.Skip();
            }
        }

        return extent;
    }
}
