using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;

namespace EdgeFusion.Publishing.Cbor;

/// <summary>Reads CBOR as JSON: for subscribers that take both.</summary>
public static class CborJson
{
    private const int MaxDepth = 32;

    /// <summary>Whether a payload is a CBOR map; JSON never begins so.</summary>
    public static bool IsMap(ReadOnlySpan<byte> payload) => payload.Length > 0 && payload[0] >> 5 == CborMajor.Map;

    /// <summary>Converts one item of anybody's; never throws.</summary>
    /// <param name="payload">CBOR. Not all of it: no tags, no byte strings, no keys but texts, at most 32 deep.</param>
    /// <param name="output">Gets JSON; something useless where the result is false.</param>
    /// <returns>Whether it is well-formed, complete and has a form in JSON.</returns>
    public static bool TryConvert(ReadOnlySpan<byte> payload, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        bool good = TryItem(ref payload, json, 0) && payload.IsEmpty;
        json.Flush();
        return good;
    }

    private static bool TryItem(ref ReadOnlySpan<byte> rest, Utf8JsonWriter json, int depth)
    {
        if (rest.IsEmpty || depth > MaxDepth)
        {
            return false;
        }

        int major = rest[0] >> 5;
        if (major == CborMajor.Simple)
        {
            return TrySimple(ref rest, json);
        }

        bool indefinite = (rest[0] & 31) == CborMajor.Indefinite;
        if (!TryArgument(ref rest, indefinite, out ulong argument))
        {
            return false;
        }

        switch (major)
        {
            case CborMajor.Unsigned when !indefinite:
                json.WriteNumberValue(argument);
                return true;
            case CborMajor.Negative when !indefinite && argument <= long.MaxValue:
                json.WriteNumberValue(~(long)argument);
                return true;
            case CborMajor.Text when !indefinite && TryText(ref rest, argument, out ReadOnlySpan<byte> text):
                json.WriteStringValue(text);
                return true;
            case CborMajor.Array:
                json.WriteStartArray();
                bool whole = TryItems(ref rest, json, depth, argument, indefinite, isMap: false);
                json.WriteEndArray();
                return whole;
            case CborMajor.Map:
                json.WriteStartObject();
                whole = TryItems(ref rest, json, depth, argument, indefinite, isMap: true);
                json.WriteEndObject();
                return whole;
            default:
                return false;
        }
    }

    private static bool TryItems(
        ref ReadOnlySpan<byte> rest, Utf8JsonWriter json, int depth, ulong count, bool indefinite, bool isMap)
    {
        // Each item is a byte at least, so that a count out of thin air ends with the payload.
        for (ulong i = 0; indefinite || i < count; i++)
        {
            if (rest.IsEmpty)
            {
                return false;
            }

            if (indefinite && rest[0] == CborMajor.Break)
            {
                rest = rest[1..];
                return true;
            }

            if ((isMap && !TryKey(ref rest, json)) || !TryItem(ref rest, json, depth + 1))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryKey(ref ReadOnlySpan<byte> rest, Utf8JsonWriter json)
    {
        if (rest[0] >> 5 != CborMajor.Text || !TryArgument(ref rest, false, out ulong length)
            || !TryText(ref rest, length, out ReadOnlySpan<byte> name))
        {
            return false;
        }

        json.WritePropertyName(name);
        return true;
    }

    private static bool TryText(ref ReadOnlySpan<byte> rest, ulong length, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (length > (ulong)rest.Length)
        {
            return false;
        }

        text = rest[..(int)length];
        rest = rest[(int)length..];
        return System.Text.Unicode.Utf8.IsValid(text);
    }

    private static bool TryArgument(ref ReadOnlySpan<byte> rest, bool indefinite, out ulong argument)
    {
        int low = rest[0] & 31;
        int more = low switch
        {
            < CborMajor.OneByte => 0,
            CborMajor.OneByte => 1,
            CborMajor.OneByte + 1 => 2,
            CborMajor.OneByte + 2 => 4,
            CborMajor.OneByte + 3 => 8,
            _ => indefinite ? 0 : -1,
        };
        argument = (ulong)low;
        if (more < 0 || rest.Length < 1 + more)
        {
            return false;
        }

        if (more > 0)
        {
            argument = 0;
            for (int i = 1; i <= more; i++)
            {
                argument = (argument << 8) | rest[i];
            }
        }

        rest = rest[(1 + more)..];
        return true;
    }

    private static bool TrySimple(ref ReadOnlySpan<byte> rest, Utf8JsonWriter json)
    {
        byte initial = rest[0];
        int bytes = initial switch
        {
            CborMajor.Float16 => 2,
            CborMajor.Float32 => 4,
            CborMajor.Float64 => 8,
            _ => 0,
        };
        if (rest.Length < 1 + bytes)
        {
            return false;
        }

        ReadOnlySpan<byte> value = rest.Slice(1, bytes);
        rest = rest[(1 + bytes)..];
        switch (initial)
        {
            case CborMajor.False or CborMajor.True:
                json.WriteBooleanValue(initial == CborMajor.True);
                return true;
            case CborMajor.Null or CborMajor.Undefined:
                json.WriteNullValue();
                return true;
            case CborMajor.Float16 or CborMajor.Float32:
                Write(json, bytes == 2
                    ? (float)BinaryPrimitives.ReadHalfBigEndian(value)
                    : BinaryPrimitives.ReadSingleBigEndian(value));
                return true;
            case CborMajor.Float64:
                Write(json, BinaryPrimitives.ReadDoubleBigEndian(value));
                return true;
            default:
                return false;
        }
    }

    private static void Write(Utf8JsonWriter json, float value)
    {
        if (float.IsFinite(value))
        {
            json.WriteNumberValue(value);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    private static void Write(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumberValue(value);
        }
        else
        {
            json.WriteNullValue();
        }
    }
}
