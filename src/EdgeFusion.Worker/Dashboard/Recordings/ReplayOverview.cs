using System.Buffers;
using System.Globalization;
using System.Text.Json;
using EdgeFusion.Recording;
using EdgeFusion.Time;

namespace EdgeFusion.Worker.Dashboard.Recordings;

/// <summary>
/// Boils predictions down to what a timeline needs: per window its end, presence per input as letters, the label and
/// score of each head, and the true label where the recording knows it.
/// </summary>
internal sealed class ReplayOverview : IDisposable
{
    private readonly LabelTrack _truth;
    private readonly ArrayBufferWriter<byte> _buffer = new(65_536);
    private readonly Utf8JsonWriter _json;
    private readonly Dictionary<string, List<string>> _labels = new(StringComparer.Ordinal);
    private readonly List<string> _inputs = [];
    private long? _first;
    private string _model = "";

    public ReplayOverview(LabelTrack truth)
    {
        _truth = truth;
        _json = new Utf8JsonWriter(_buffer);
        _json.WriteStartObject();
        _json.WriteStartArray("windows");
    }

    /// <summary>Takes a line.</summary>
    /// <returns>The end of its window.</returns>
    /// <exception cref="RecordingException">It is no prediction.</exception>
    public long Add(ReadOnlyMemory<byte> line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            return Add(document.RootElement);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            throw new RecordingException($"One of the predictions cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>The overview.</summary>
    /// <param name="isCut">Whether there may be more windows than it holds.</param>
    public ReadOnlyMemory<byte> Finish(bool isCut)
    {
        _json.WriteEndArray();
        _json.WriteBoolean("cut", isCut);
        _json.WriteString("model", _model);
        _json.WriteString("start_ns", (_first ?? 0).ToString(CultureInfo.InvariantCulture));
        _json.WriteStartArray("inputs");
        _inputs.ForEach(_json.WriteStringValue);
        _json.WriteEndArray();
        _json.WriteStartArray("heads");
        foreach ((string head, List<string> labels) in _labels)
        {
            _json.WriteStartObject();
            _json.WriteString("name", head);
            _json.WriteStartArray("labels");
            labels.ForEach(_json.WriteStringValue);
            _json.WriteEndArray();
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();
        return _buffer.WrittenMemory;
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private long Add(JsonElement prediction)
    {
        JsonElement window = prediction.GetProperty("window");
        long start = window.GetProperty("start_ns").GetInt64();
        long end = window.GetProperty("end_ns").GetInt64();
        if (_first is null)
        {
            _first = start;
            JsonElement model = prediction.GetProperty("model");
            _model = $"{model.GetProperty("name").GetString()} {model.GetProperty("version").GetString()}";
            foreach (JsonProperty modality in prediction.GetProperty("modalities").EnumerateObject())
            {
                _inputs.Add(modality.Name);
            }
        }

        _json.WriteStartObject();
        _json.WriteNumber("t", Math.Round((end - _first.Value) / 1e9, 3));
        _json.WriteString("presence", Letters(prediction.GetProperty("modalities")));
        _json.WriteBoolean("deadline", window.GetProperty("outcome").ValueEquals("deadline"u8));
        _json.WriteStartArray("heads");
        foreach (JsonProperty head in prediction.GetProperty("heads").EnumerateObject())
        {
            AddHead(head, new Timestamp(start), new Timestamp(end));
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
        return end;
    }

    private static string Letters(JsonElement modalities)
    {
        string letters = "";
        foreach (JsonProperty modality in modalities.EnumerateObject())
        {
            letters += char.ToUpperInvariant(modality.Value.GetProperty("presence").GetString()![0]);
        }

        return letters;
    }

    /// <summary>[index of the label, score, index of the true label or -1]; null without scores, and for a
    /// regression.</summary>
    private void AddHead(JsonProperty head, Timestamp start, Timestamp end)
    {
        if (!_labels.TryGetValue(head.Name, out List<string>? labels))
        {
            _labels.Add(head.Name, labels = []);
        }

        if (!head.Value.TryGetProperty("label", out JsonElement label) || label.GetString() is not { } name)
        {
            _json.WriteNullValue();
            return;
        }

        if (labels.Count == 0)
        {
            labels.AddRange(head.Value.GetProperty("scores").EnumerateObject().Select(score => score.Name));
        }

        _json.WriteStartArray();
        _json.WriteNumberValue(labels.IndexOf(name));
        _json.WriteNumberValue(Math.Round(head.Value.GetProperty("score").GetDouble(), 4));
        _json.WriteNumberValue(_truth.Covering(head.Name, start, end) is { } truth ? labels.IndexOf(truth) : -1);
        _json.WriteEndArray();
    }
}
