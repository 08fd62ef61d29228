using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using EdgeFusion.Sensing;

namespace EdgeFusion.Recording;

/// <summary>
/// A <see cref="SensorInfo"/> as channel metadata: the modality and a JSON object with the layout, so that a recording
/// describes its sensors completely. A sensor's topic is "/" + its name.
/// </summary>
public static class ChannelLayout
{
    /// <summary>Metadata key of the modality.</summary>
    public const string ModalityKey = "edgefusion.modality";

    /// <summary>Metadata key of the layout's JSON.</summary>
    public const string LayoutKey = "edgefusion.layout";

    private const int LongestName = 64;

    /// <summary>The topic of a sensor.</summary>
    public static string Topic(string sensorName) => "/" + sensorName;

    /// <summary>
    /// A sensor name for any topic: without the leading slash, "/" as ".", other characters outside a-z A-Z 0-9 _ - .
    /// as "_", at most 64 long.
    /// </summary>
    public static string SensorName(string topic)
    {
        ArgumentNullException.ThrowIfNull(topic);
        var name = new StringBuilder();
        foreach (char c in topic.AsSpan().TrimStart('/'))
        {
            bool fits = char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.';
            name.Append(fits ? c : c == '/' ? '.' : '_');
        }

        return name.Length == 0 ? "unnamed" : name.ToString(0, Math.Min(name.Length, LongestName));
    }

    /// <summary>Describes a sensor.</summary>
    public static ImmutableSortedDictionary<string, string> ToMetadata(SensorInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteLayout(json, info.Layout);
            json.WriteNumber("rate_hz", info.RateHz);
            json.WriteNumber("frames_per_block", info.FramesPerBlock);
            json.WriteNumber("jitter", info.Jitter);
            json.WriteEndObject();
        }

        return ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal)
            .Add(ModalityKey, info.Modality)
            .Add(LayoutKey, Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    /// <summary>Reads a description back.</summary>
    /// <returns>False where the channel carries none.</returns>
    /// <exception cref="RecordingException">The description is damaged; names the topic and the key.</exception>
    public static bool TryRead(
        string topic, IReadOnlyDictionary<string, string> metadata, [NotNullWhen(true)] out SensorInfo? info)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        info = null;
        if (!metadata.TryGetValue(LayoutKey, out string? text)
            || !metadata.TryGetValue(ModalityKey, out string? modality))
        {
            return false;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            info = Read(SensorName(topic), modality, document.RootElement);
            return true;
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException or OverflowException)
        {
            throw new RecordingException(
                $"Cannot read the channel of topic '{topic}': metadata '{LayoutKey}' is not a valid layout "
                + $"({fault.Message}). Re-create the recording, or remove the key to have it read as a foreign one.",
                fault);
        }
    }

    private static void WriteLayout(Utf8JsonWriter json, SampleLayout layout)
    {
        switch (layout)
        {
            case FrameLayout frames:
                json.WriteString("kind", "frames");
                json.WriteNumber("width", frames.Width);
                json.WriteNumber("height", frames.Height);
                json.WriteString("pixel_format", FormatNames.Of(frames.Format));
                break;
            case AudioLayout audio:
                json.WriteString("kind", "audio");
                json.WriteNumber("channels", audio.Channels);
                json.WriteString("format", FormatNames.Of(audio.Format));
                json.WriteNumber("max_frames", audio.MaxFramesPerBlock);
                break;
            case VectorLayout vector:
                json.WriteString("kind", "vector");
                WriteStrings(json, "elements", vector.Elements);
                WriteStrings(json, "units", vector.Units);
                break;
            default:
                throw new ArgumentException($"Layout '{layout}' is unknown.", nameof(layout));
        }
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, ImmutableArray<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private static SensorInfo Read(string name, string modality, JsonElement json)
    {
        var info = new SensorInfo
        {
            Name = name,
            Modality = modality,
            Layout = ReadLayout(json),
            RateHz = json.GetProperty("rate_hz").GetDouble(),
            FramesPerBlock = json.TryGetProperty("frames_per_block", out JsonElement block) ? block.GetInt32() : 1,
            Jitter = json.TryGetProperty("jitter", out JsonElement jitter) ? jitter.GetDouble() : 0.25,
        };
        Require(double.IsFinite(info.RateHz) && info.RateHz > 0, "rate_hz");
        Require(info.FramesPerBlock > 0, "frames_per_block");
        Require(info.Jitter >= 0, "jitter");
        Require(info.Layout.MaxSampleBytes is > 0 and <= SampleLimits.SampleBytes, "the size of a sample");
        return info;
    }

    private static SampleLayout ReadLayout(JsonElement json)
    {
        string? kind = json.GetProperty("kind").GetString();
        return kind switch
        {
            "frames" => new FrameLayout(
                Extent(json, "width", SampleLimits.ImageExtent),
                Extent(json, "height", SampleLimits.ImageExtent),
                FormatNames.PixelFormat(json.GetProperty("pixel_format").GetString())),
            "audio" => new AudioLayout(
                Extent(json, "channels", SampleLimits.AudioChannels),
                FormatNames.AudioFormat(json.GetProperty("format").GetString()),
                Extent(json, "max_frames", int.MaxValue)),
            "vector" => ReadVector(json),
            _ => throw new FormatException($"kind '{kind}' is none of frames, audio, vector"),
        };
    }

    private static VectorLayout ReadVector(JsonElement json)
    {
        var layout = new VectorLayout(ReadStrings(json, "elements"), ReadStrings(json, "units"));
        Require(layout.Width == layout.Units.Length, "the number of units");
        return layout;
    }

    private static ImmutableArray<string> ReadStrings(JsonElement json, string name)
    {
        JsonElement array = json.GetProperty(name);
        ImmutableArray<string>.Builder values = ImmutableArray.CreateBuilder<string>(array.GetArrayLength());
        foreach (JsonElement value in array.EnumerateArray())
        {
            values.Add(value.GetString() ?? throw new FormatException($"'{name}' holds null"));
        }

        return values.MoveToImmutable();
    }

    private static int Extent(JsonElement json, string name, int largest)
    {
        int value = json.GetProperty(name).GetInt32();
        Require(value >= 1 && value <= largest, name);
        return value;
    }

    private static void Require(bool holds, string name)
    {
        if (!holds)
        {
            throw new FormatException($"{name} is out of range");
        }
    }
}
