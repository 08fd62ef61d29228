using System.Runtime.InteropServices;
using System.Text.Json;
using EdgeFusion.Recording.Samples;
using EdgeFusion.Time;

namespace EdgeFusion.Sensing.Ros;

/// <summary>JointState in JSON, joints by name.</summary>
internal sealed class JsonJointDecoder(JointMap map) : JsonDecoder
{
    /// <summary>More joints than any robot has; what lies beyond is not looked at.</summary>
    private const int MaxNames = 1_024;

    private readonly JointNames _names = new(map);
    private readonly double[][] _values = [new double[MaxNames], new double[MaxNames], new double[MaxNames]];
    private readonly int[] _counts = new int[3];

    protected override RosVerdict Read(ref Utf8JsonReader reader, Span<byte> slot, out RosSample sample)
    {
        sample = default;
        _names.Clear();
        Array.Clear(_counts);
        Timestamp stamp = default;
        while (RosJson.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("header"u8))
            {
                stamp = RosJson.ReadHeader(ref reader);
            }
            else if (reader.ValueTextEquals("name"u8))
            {
                ReadNames(ref reader);
            }
            else if (ArrayOf(ref reader) is var array and >= 0)
            {
                _counts[array] = ReadNumbers(ref reader, _values[array]);
            }
            else
            {
                RosJson.SkipValue(ref reader);
            }
        }

        if (!_names.IsAll)
        {
            Fault = _names.Missing();
            return _names.IsNone ? RosVerdict.NotOurs : RosVerdict.Bad;
        }

        return Fill(MemoryMarshal.Cast<byte, float>(slot), stamp, out sample);
    }

    private static int ArrayOf(ref Utf8JsonReader reader) => reader switch
    {
        _ when reader.ValueTextEquals("position"u8) => 0,
        _ when reader.ValueTextEquals("velocity"u8) => 1,
        _ when reader.ValueTextEquals("effort"u8) => 2,
        _ => -1,
    };

    private RosVerdict Fill(Span<float> values, Timestamp stamp, out RosSample sample)
    {
        sample = default;
        int width = 0;
        for (int array = 0; array < _counts.Length; array++)
        {
            int[] elements = map.Elements[array];
            for (int joint = 0; joint < elements.Length; joint++)
            {
                int place = _names.Places[joint];
                if (place >= _counts[array])
                {
                    Fault = JointFaults.Empty(array);
                    return RosVerdict.Bad;
                }

                float value = (float)_values[array][place];
                if (!float.IsFinite(value))
                {
                    Fault = JointFaults.NotFinite(array);
                    return RosVerdict.Bad;
                }

                values[elements[joint]] = value;
            }

            width += elements.Length;
        }

        sample = new RosSample(width * sizeof(float), stamp);
        return RosVerdict.Good;
    }

    private void ReadNames(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        for (int place = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; place++)
        {
            if (reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped && place < MaxNames)
            {
                _names.Take(reader.ValueSpan, place);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static int ReadNumbers(ref Utf8JsonReader reader, double[] values)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return 0;
        }

        int count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            double value = RosJson.Number(ref reader);
            if (count < values.Length)
            {
                values[count++] = value;
            }
        }

        return count;
    }
}
