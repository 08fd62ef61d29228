using System.Buffers;
using System.Text.Json;

namespace EdgeFusion.Publishing;

/// <summary>Payloads in JSON.</summary>
internal sealed class JsonPayloadWriter : PayloadWriter
{
    private readonly Utf8JsonWriter _json = new(Stream.Null, new JsonWriterOptions { SkipValidation = true });

    public override void Reset(IBufferWriter<byte> output) => _json.Reset(output);

    public override void StartMap() => _json.WriteStartObject();

    public override void StartMap(in PayloadText name) => _json.WriteStartObject(name.Json);

    public override void EndMap() => _json.WriteEndObject();

    public override void StartArray(in PayloadText name) => _json.WriteStartArray(name.Json);

    public override void EndArray() => _json.WriteEndArray();

    public override void Text(in PayloadText name, in PayloadText value) => _json.WriteString(name.Json, value.Json);

    public override void Text(in PayloadText name, ReadOnlySpan<char> value) => _json.WriteString(name.Json, value);

    public override void Number(in PayloadText name, long value) => _json.WriteNumber(name.Json, value);

    public override void Number(in PayloadText name, double value)
    {
        if (double.IsFinite(value))
        {
            _json.WriteNumber(name.Json, value);
        }
        else
        {
            _json.WriteNull(name.Json);
        }
    }

    public override void Number(in PayloadText name, float value)
    {
        if (float.IsFinite(value))
        {
            _json.WriteNumber(name.Json, value);
        }
        else
        {
            _json.WriteNull(name.Json);
        }
    }

    public override void Number(float value)
    {
        if (float.IsFinite(value))
        {
            _json.WriteNumberValue(value);
        }
        else
        {
            _json.WriteNullValue();
        }
    }

    public override void Flag(in PayloadText name, bool value) => _json.WriteBoolean(name.Json, value);

    public override void Nothing(in PayloadText name) => _json.WriteNull(name.Json);

    public override void Flush() => _json.Flush();

    public override void Dispose() => _json.Dispose();
}
