using System.Text.Json;
using EdgeFusion.Recording;

namespace EdgeFusion.Sensing.Ros;

/// <summary>sensor_msgs/msg/CompressedImage in JSON: a JPEG or PNG file as base64.</summary>
internal sealed class JsonCompressedDecoder(FrameLayout layout, IImageDecoder decoder) : JsonDecoder
{
    private const int FirstBytes = 64 << 10;
    private byte[] _file = new byte[FirstBytes];

    protected override RosVerdict Read(ref Utf8JsonReader reader, Span<byte> slot, out RosSample sample)
    {
        sample = default;
        JsonBytes bytes = JsonBytes.Read(ref reader);

        // Four letters hold three bytes.
        int most = (bytes.Data.Length / 4 * 3) + 3;
        if (_file.Length < most)
        {
            _file = new byte[Math.Max(most, 2 * _file.Length)];
        }

        if (!RosJson.TryBase64(bytes.Data, _file, out int length))
        {
            Fault = "its field 'data' is not base64";
            return RosVerdict.Bad;
        }

        ReadOnlySpan<byte> file = _file.AsSpan(0, length);
        ImageFileHeader header = ImageFileHeader.Read(file, "a message");
        if (header.Width != layout.Width || header.Height != layout.Height || !decoder.CanDecode(header.Kind))
        {
            Fault = FormattableString.Invariant(
                $"its images are {header.Kind} of {header.Width} x {header.Height}; set width and height to that");
            return RosVerdict.Bad;
        }

        decoder.Decode(in header, file, layout, slot[..layout.MaxSampleBytes]);
        sample = new RosSample(layout.MaxSampleBytes, bytes.Stamp);
        return RosVerdict.Good;
    }
}
