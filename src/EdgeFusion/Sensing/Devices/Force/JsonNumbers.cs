using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace EdgeFusion.Sensing.Devices.Force;

/// <summary>
/// Takes numbers by key out of one flat JSON object, arrays of numbers included. Unlike the framework's reader it never
/// throws: a damaged line is a false. Hot path: allocates nothing.
/// </summary>
internal sealed class JsonNumbers
{
    private const int DeepestNesting = 16;

    private readonly byte[][] _keys;
    private readonly int[] _indices;

    /// <summary>Looks for keys; key[2] is the third number of an array.</summary>
    public JsonNumbers(string[] keys)
    {
        _keys = new byte[keys.Length][];
        _indices = new int[keys.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            string key = keys[i];
            _indices[i] = -1;
            int bracket = key.IndexOf('[', StringComparison.Ordinal);
            if (bracket > 0 && key.EndsWith(']')
                && int.TryParse(
                    key.AsSpan(bracket + 1, key.Length - bracket - 2), NumberStyles.None, CultureInfo.InvariantCulture,
                    out int index))
            {
                _indices[i] = index;
                key = key[..bracket];
            }

            _keys[i] = Encoding.UTF8.GetBytes(key);
        }
    }

    /// <summary>Reads a line.</summary>
    /// <returns>False where it is no object, or one of the keys has no number.</returns>
    public bool TryRead(ReadOnlySpan<byte> line, Span<double> found)
    {
        found.Fill(double.NaN);
        ReadOnlySpan<byte> rest = line.Trim(" \t"u8);
        if (rest.Length < 2 || rest[0] != (byte)'{' || rest[^1] != (byte)'}')
        {
            return false;
        }

        rest = rest[1..^1];
        while (true)
        {
            rest = rest.TrimStart(" \t,"u8);
            if (rest.IsEmpty)
            {
                break;
            }

            if (!TryTakeString(ref rest, out ReadOnlySpan<byte> key))
            {
                return false;
            }

            rest = rest.TrimStart(" \t"u8);
            if (rest.IsEmpty || rest[0] != (byte)':')
            {
                return false;
            }

            rest = rest[1..].TrimStart(" \t"u8);
            if (!TryTakeValue(ref rest, key, found))
            {
                return false;
            }
        }

        return FoundAll(found);
    }

    private static bool FoundAll(ReadOnlySpan<double> found)
    {
        foreach (double value in found)
        {
            if (double.IsNaN(value))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryTakeValue(ref ReadOnlySpan<byte> rest, scoped ReadOnlySpan<byte> key, Span<double> found)
    {
        if (rest.IsEmpty)
        {
            return false;
        }

        switch (rest[0])
        {
            case (byte)'"':
                return TryTakeString(ref rest, out _);
            case (byte)'{':
                return TrySkipNested(ref rest);
            case (byte)'[':
                return TryTakeArray(ref rest, key, found);
            default:
                return TryTakeScalar(ref rest, key, -1, found);
        }
    }

    private bool TryTakeArray(ref ReadOnlySpan<byte> rest, scoped ReadOnlySpan<byte> key, Span<double> found)
    {
        rest = rest[1..];
        for (int index = 0; ; index++)
        {
            rest = rest.TrimStart(" \t,"u8);
            if (rest.IsEmpty)
            {
                return false;
            }

            if (rest[0] == (byte)']')
            {
                rest = rest[1..];
                return true;
            }

            bool taken = rest[0] switch
            {
                (byte)'[' or (byte)'{' => TrySkipNested(ref rest),
                (byte)'"' => TryTakeString(ref rest, out _),
                _ => TryTakeScalar(ref rest, key, index, found),
            };
            if (!taken)
            {
                return false;
            }
        }
    }

    /// <summary>A number, or true, false, null.</summary>
    private bool TryTakeScalar(
        ref ReadOnlySpan<byte> rest, scoped ReadOnlySpan<byte> key, int index, Span<double> found)
    {
        int length = rest.IndexOfAny(" \t,]}"u8);
        ReadOnlySpan<byte> word = length < 0 ? rest : rest[..length];
        rest = rest[word.Length..];
        if (word.IsEmpty)
        {
            return false;
        }

        if (!Utf8Parser.TryParse(word, out double value, out int used) || used != word.Length)
        {
            return word.SequenceEqual("null"u8) || word.SequenceEqual("true"u8) || word.SequenceEqual("false"u8);
        }

        for (int i = 0; i < _keys.Length; i++)
        {
            if (_indices[i] == index && key.SequenceEqual(_keys[i]))
            {
                found[i] = value;
            }
        }

        return true;
    }

    private static bool TryTakeString(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (rest.IsEmpty || rest[0] != (byte)'"')
        {
            return false;
        }

        for (int i = 1; i < rest.Length; i++)
        {
            if (rest[i] == (byte)'\\')
            {
                i++;
            }
            else if (rest[i] == (byte)'"')
            {
                text = rest[1..i];
                rest = rest[(i + 1)..];
                return true;
            }
        }

        return false;
    }

    private static bool TrySkipNested(ref ReadOnlySpan<byte> rest)
    {
        int depth = 0;
        while (!rest.IsEmpty)
        {
            switch (rest[0])
            {
                case (byte)'"':
                    if (!TryTakeString(ref rest, out _))
                    {
                        return false;
                    }

                    continue;
                case (byte)'{' or (byte)'[':
                    depth++;
                    break;
                case (byte)'}' or (byte)']':
                    depth--;
                    break;
                default:
                    break;
            }

            rest = rest[1..];
            if (depth == 0)
            {
                return true;
            }

            if (depth > DeepestNesting)
            {
                return false;
            }
        }

        return false;
    }
}
