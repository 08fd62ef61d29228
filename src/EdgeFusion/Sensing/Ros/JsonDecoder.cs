using System.Text.Json;

namespace EdgeFusion.Sensing.Ros;

/// <summary>A decoder of JSON messages: what is not JSON is a bad message.</summary>
internal abstract class JsonDecoder : RosDecoder
{
    public sealed override RosVerdict Decode(ReadOnlySpan<byte> message, Span<byte> slot, out RosSample sample)
    {
        sample = default;
        try
        {
            var reader = new Utf8JsonReader(message);
            RosJson.ReadObjectStart(ref reader);
            return Read(ref reader, slot, out sample);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or RecordingException)
        {
            Fault = fault.Message;
            return RosVerdict.Bad;
        }
    }

    /// <summary>Reads the members of the message's object.</summary>
    protected abstract RosVerdict Read(ref Utf8JsonReader reader, Span<byte> slot, out RosSample sample);
}
