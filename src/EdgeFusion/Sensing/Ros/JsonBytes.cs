using System.Text.Json;
using EdgeFusion.Time;

namespace EdgeFusion.Sensing.Ros;

/// <summary>A stamp and a base64 field, which is all that two kinds of messages are.</summary>
internal ref struct JsonBytes
{
    public Timestamp Stamp;

    /// <summary>The base64 text.</summary>
    public ReadOnlySpan<byte> Data;

    /// <summary>Reads header and data; data may lie within a member "audio".</summary>
    public static JsonBytes Read(scoped ref Utf8JsonReader reader)
    {
        var bytes = default(JsonBytes);
        while (RosJson.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("header"u8))
            {
                bytes.Stamp = RosJson.ReadHeader(ref reader);
            }
            else if (reader.ValueTextEquals("audio"u8) && RosJson.EnterObject(ref reader))
            {
                bytes.Data = Read(ref reader).Data;
            }
            else if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("data"u8))
            {
                reader.Read();
                bytes.Data = reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped
                    ? reader.ValueSpan
                    : default;
                reader.Skip();
            }
            else if (reader.TokenType == JsonTokenType.PropertyName)
            {
                RosJson.SkipValue(ref reader);
            }
        }

        return bytes;
    }
}
