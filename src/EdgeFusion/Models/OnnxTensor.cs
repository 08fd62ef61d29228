using System.Collections.Immutable;
using System.Globalization;

namespace EdgeFusion.Models;

/// <summary>An input or output that a graph declares.</summary>
/// <param name="Name">Name in the graph.</param>
/// <param name="ElementType">Number of the element type as ONNX counts them: 1 float32, 2 uint8 ...; 0 = none.</param>
/// <param name="Dimensions">Extents, -1 for a dynamic one; default (not empty) where no shape is declared.</param>
public sealed record OnnxTensor(string Name, int ElementType, ImmutableArray<long> Dimensions)
{
    /// <summary>The extent of a dimension that the graph leaves open.</summary>
    public const long Dynamic = -1;

    // 2^26 elements, as for the inputs of a model.
    private const long MaxElements = 1 << 26;

    /// <summary>Type and shape for people: "float32 [1,16000]"; a dynamic extent is "?".</summary>
    public string Describe()
    {
        if (Dimensions.IsDefault)
        {
            return TypeName + " of unknown shape";
        }

        string[] extents = new string[Dimensions.Length];
        for (int i = 0; i < extents.Length; i++)
        {
            extents[i] = Dimensions[i] < 0 ? "?" : Dimensions[i].ToString(CultureInfo.InvariantCulture);
        }

        return $"{TypeName} [{string.Join(',', extents)}]";
    }

    /// <summary>The extents with an open batch as 1; null where another one is open, or none is declared.</summary>
    public ImmutableArray<int>? FixedShape()
    {
        if (Dimensions.IsDefaultOrEmpty)
        {
            return null;
        }

        ImmutableArray<int>.Builder shape = ImmutableArray.CreateBuilder<int>(Dimensions.Length);
        long elements = 1;
        for (int i = 0; i < Dimensions.Length; i++)
        {
            long extent = i == 0 && Dimensions[i] == Dynamic ? 1 : Dimensions[i];
            if (extent is < 1 or > int.MaxValue || (elements *= extent) > MaxElements)
            {
                return null;
            }

            shape.Add((int)extent);
        }

        return shape.MoveToImmutable();
    }

    /// <summary>Name of the element type.</summary>
    public string TypeName => ElementType switch
    {
        0 => "no tensor",
        1 => "float32",
        2 => "uint8",
        3 => "int8",
        4 => "uint16",
        5 => "int16",
        6 => "int32",
        7 => "int64",
        8 => "string",
        9 => "bool",
        10 => "float16",
        11 => "float64",
        12 => "uint32",
        13 => "uint64",
        16 => "bfloat16",
        _ => "type " + ElementType.ToString(CultureInfo.InvariantCulture),
    };
}
