using System.Text.Json;

namespace EdgeFusion.Sensing.Ros;

/// <summary>AudioData and AudioDataStamped in JSON: PCM as base64, in the sensor's own format.</summary>
internal sealed class JsonAudioDecoder(AudioLayout layout) : JsonDecoder
{
    protected override RosVerdict Read(ref Utf8JsonReader reader, Span<byte> slot, out RosSample sample)
    {
        JsonBytes bytes = JsonBytes.Read(ref reader);
        bool fits = RosJson.TryBase64(bytes.Data, slot, out int length)
            && length > 0 && length % layout.FrameBytes == 0;
        sample = new RosSample(length, bytes.Stamp);
        if (!fits)
        {
            Fault = "its field 'data' is no PCM of the configured format, or a longer block than block_ms allows";
        }

        return fits ? RosVerdict.Good : RosVerdict.Bad;
    }
}
