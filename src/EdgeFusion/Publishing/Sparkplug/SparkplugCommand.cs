namespace EdgeFusion.Publishing.Sparkplug;

/// <summary>Reads the one command that an edge node takes.</summary>
internal static class SparkplugCommand
{
    /// <summary>The metric that asks for all births again.</summary>
    public const string Rebirth = "Node Control/Rebirth";

    /// <summary>Largest command read.</summary>
    public const int MaxPayload = 4096;

    private const int NameField = 1;
    private const int MetricsField = 2;
    private const int BooleanField = 14;

    /// <summary>Whether a payload of anybody's asks for births; never throws. Whatever is malformed does not.</summary>
    public static bool AsksForRebirth(ReadOnlySpan<byte> payload)
    {
        bool asked = false;
        while (!payload.IsEmpty)
        {
            if (!TryField(ref payload, out int field, out ulong _, out ReadOnlySpan<byte> content))
            {
                return false;
            }

            asked |= field == MetricsField && IsRebirth(content);
        }

        return asked;
    }

    private static bool IsRebirth(ReadOnlySpan<byte> metric)
    {
        bool named = false;
        bool set = false;
        while (!metric.IsEmpty)
        {
            if (!TryField(ref metric, out int field, out ulong value, out ReadOnlySpan<byte> content))
            {
                return false;
            }

            named |= field == NameField && content.SequenceEqual("Node Control/Rebirth"u8);
            set |= field == BooleanField && value == 1;
        }

        return named && set;
    }

    private static bool TryField(
        ref ReadOnlySpan<byte> rest, out int field, out ulong value, out ReadOnlySpan<byte> content)
    {
        field = 0;
        value = 0;
        content = default;
        if (!TryVarint(ref rest, out ulong key))
        {
            return false;
        }

        field = (int)(key >> 3);
        switch (key & 7)
        {
            case 0:
                return TryVarint(ref rest, out value);
            case 1:
                return TryTake(ref rest, sizeof(ulong), out content);
            case 2:
                return TryVarint(ref rest, out ulong length) && TryTake(ref rest, length, out content);
            case 5:
                return TryTake(ref rest, sizeof(uint), out content);
            default:
                return false;
        }
    }

    private static bool TryTake(ref ReadOnlySpan<byte> rest, ulong length, out ReadOnlySpan<byte> content)
    {
        content = default;
        if (length > (ulong)rest.Length)
        {
            return false;
        }

        content = rest[..(int)length];
        rest = rest[(int)length..];
        return true;
    }

    private static bool TryVarint(ref ReadOnlySpan<byte> rest, out ulong value)
    {
        value = 0;
        for (int i = 0; i < rest.Length && i < 10; i++)
        {
            value |= (ulong)(rest[i] & 0x7F) << (7 * i);
            if (rest[i] < 0x80)
            {
                rest = rest[(i + 1)..];
                return true;
            }
        }

        return false;
    }
}
