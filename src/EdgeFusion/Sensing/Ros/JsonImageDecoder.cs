using System.Text.Json;
using EdgeFusion.Recording;
using EdgeFusion.Time;

namespace EdgeFusion.Sensing.Ros;

/// <summary>sensor_msgs/msg/Image in JSON: the pixels are base64.</summary>
internal sealed class JsonImageDecoder(FrameLayout layout) : JsonDecoder
{
    private byte[] _padded = [];

    protected override RosVerdict Read(ref Utf8JsonReader reader, Span<byte> slot, out RosSample sample)
    {
        sample = default;
        Timestamp stamp = default;
        (int width, int height, int step) = (0, 0, 0);
        bool isFormat = false;
        ReadOnlySpan<byte> data = default;
        while (RosJson.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("header"u8))
            {
                stamp = RosJson.ReadHeader(ref reader);
            }
            else if (reader.ValueTextEquals("width"u8))
            {
                width = Whole(ref reader);
            }
            else if (reader.ValueTextEquals("height"u8))
            {
                height = Whole(ref reader);
            }
            else if (reader.ValueTextEquals("step"u8))
            {
                step = Whole(ref reader);
            }
            else if (reader.ValueTextEquals("encoding"u8))
            {
                isFormat = FormatNames.TryRos(Text(ref reader), out PixelFormat format) && format == layout.Format;
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                data = Text(ref reader);
            }
            else
            {
                RosJson.SkipValue(ref reader);
            }
        }

        if (!isFormat || width != layout.Width || height != layout.Height)
        {
            Fault = FormattableString.Invariant(
                $"its images are {width} x {height} in another format or size than {layout.Width} x {layout.Height} ")
                + $"{FormatNames.Of(layout.Format)}; set width, height and format to what the topic has";
            return RosVerdict.Bad;
        }

        return Unpack(data, step, slot, stamp, out sample);
    }

    private RosVerdict Unpack(
        ReadOnlySpan<byte> data, int step, Span<byte> slot, Timestamp stamp, out RosSample sample)
    {
        sample = new RosSample(layout.MaxSampleBytes, stamp);
        int rowBytes = layout.Width * layout.Channels;
        if (step == rowBytes && RosJson.TryBase64(data, slot, out int written))
        {
            return written == layout.MaxSampleBytes ? RosVerdict.Good : Short();
        }

        long needed = ((long)step * (layout.Height - 1)) + rowBytes;
        if (step <= rowBytes || needed > data.Length)
        {
            return Short();
        }

        if (_padded.Length < step * layout.Height)
        {
            _padded = new byte[step * layout.Height];
        }

        if (!RosJson.TryBase64(data, _padded, out written) || written < needed)
        {
            return Short();
        }

        for (int row = 0; row < layout.Height; row++)
        {
            _padded.AsSpan(row * step, rowBytes).CopyTo(slot[(row * rowBytes)..]);
        }

        return RosVerdict.Good;
    }

    private RosVerdict Short()
    {
        Fault = "its field 'data' is not an image of the size that the message says";
        return RosVerdict.Bad;
    }

    private static int Whole(ref Utf8JsonReader reader)
    {
        double value = RosJson.ReadNumber(ref reader);
        return value is >= 0 and <= int.MaxValue ? (int)value : 0;
    }

    private static ReadOnlySpan<byte> Text(scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped)
        {
            return reader.ValueSpan;
        }

        reader.Skip();
        return default;
    }
}
