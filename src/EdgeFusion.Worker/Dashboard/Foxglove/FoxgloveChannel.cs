using System.Text.Json;
using EdgeFusion.Recording;

namespace EdgeFusion.Worker.Dashboard.Foxglove;

/// <summary>Something that clients can subscribe to.</summary>
/// <param name="Id">Its number, constant during a run.</param>
/// <param name="Description">Topic, encoding and schema, as in a recording.</param>
/// <param name="Open">Begins a stream of it for one client.</param>
internal sealed record FoxgloveChannel(int Id, ChannelDescription Description, Func<IFoxgloveStream> Open)
{
    /// <summary>Writes it as an entry of "advertise".</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("id", Id);
        json.WriteString("topic", Description.Topic);
        json.WriteString("encoding", Description.MessageEncoding);
        json.WriteString("schemaName", Description.SchemaName);
        json.WriteString("schemaEncoding", Description.SchemaEncoding);
        json.WriteString("schema", Description.SchemaText.Span);
        json.WriteEndObject();
    }
}
