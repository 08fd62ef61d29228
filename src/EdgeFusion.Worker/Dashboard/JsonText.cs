using System.Buffers;
using System.Text.Json;

namespace EdgeFusion.Worker.Dashboard;

/// <summary>Makes small JSON texts.</summary>
internal static class JsonText
{
    /// <summary>An object in UTF-8.</summary>
    /// <param name="fields">Writes what stands between the braces.</param>
    public static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> fields)
    {
        var buffer = new ArrayBufferWriter<byte>(1_024);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        fields(json);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }
}
