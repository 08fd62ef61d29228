using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using EdgeFusion.Sensing;

namespace EdgeFusion.Models;

/// <summary>Reads one entry of "inputs".</summary>
internal static class ManifestInputReader
{
    private const int MaxExtent = 1 << 24;
    private const int MaxRank = 5;
    private const double MaxRateHz = 10_000_000;
    private const double NanosecondsPerMillisecond = 1_000_000;

    // 2^26 elements are 256 MiB of floats: far above any window, far below what an index can hold.
    private const long MaxElements = 1 << 26;

    private static readonly string[] Common =
    [
        "tensor", "modality", "kind", "type", "shape", "layout", "rate_hz", "anchor", "interpolation", "max_gap_ms",
        "min_coverage",
    ];

    private static readonly string[] Frames = [.. Common, "pixel_format", "fit"];
    private static readonly string[] Audio = [.. Common, "channels", "unit"];
    private static readonly string[] Vectors = [.. Common, "elements", "units"];

    public static ModelInput? Read(JsonElement element, string path, ManifestFaults faults, WindowShape? window)
    {
        InputKind? kind = KindOf(element);
        string[] known = kind switch
        {
            InputKind.Frames => Frames,
            InputKind.Audio => Audio,
            InputKind.Vector => Vectors,
            _ => [.. Frames, "channels", "unit", "elements", "units"],
        };
        if (ManifestObject.Open(element, path, faults, known) is not { } fields)
        {
            return null;
        }

        fields.Word("kind", required: true, "frames", "audio", "vector");
        string? tensor = fields.Text("tensor", required: true, TextRule.Tensor);
        string? modality = fields.Text("modality", required: true, TextRule.Modality);
        faults.Distinct("tensor", tensor, path + ".tensor");
        faults.Distinct("modality", modality, path + ".modality");
        int? type = fields.Word("type", required: true, "uint8", "float32");
        int? layout = fields.Word("layout", required: true, "NTHWC", "NT", "NCT", "NTC");
        ImmutableArray<int>? shape = fields.Integers("shape", required: true, 2, MaxRank, 1, MaxExtent);
        double? rate = fields.Number("rate_hz", required: true, double.Epsilon, MaxRateHz);
        int anchor = fields.Word("anchor", required: false, "start", "center", "end") ?? 0;
        int? interpolation = fields.Word("interpolation", required: false, "nearest", "hold", "linear");
        double gap = fields.Number("max_gap_ms", required: false, 1e-6, 3.6e6) ?? 0;
        double coverage = fields.Number("min_coverage", required: false, 1e-6, 1) ?? 0.5;
        if (kind is not { } sense || type is null || layout is null || shape is not { } extents)
        {
            return null;
        }

        var draft = new ModelInput
        {
            Tensor = tensor ?? "",
            Modality = modality ?? "",
            Kind = sense,
            Type = (TensorType)type.Value,
            Shape = extents,
            Layout = new[] { "NTHWC", "NT", "NCT", "NTC" }[layout.Value],
            RateHz = rate ?? 0,
            Anchor = (GridAnchor)anchor,
            Interpolation = (Interpolation)(interpolation ?? (int)Default(sense)),
            MaxGapNanoseconds = (long)Math.Round(gap * NanosecondsPerMillisecond),
            MinCoverage = coverage,
        };
        return CheckShape(fields, draft) ? Complete(fields, draft, window) : null;
    }

    // The kind decides which keys are known, so it is looked up before the object is opened.
    private static InputKind? KindOf(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty("kind", out JsonElement kind)
            || kind.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        return kind.ValueEquals("frames") ? InputKind.Frames
            : kind.ValueEquals("audio") ? InputKind.Audio
            : kind.ValueEquals("vector") ? InputKind.Vector
            : null;
    }

    private static Interpolation Default(InputKind kind) =>
        kind == InputKind.Frames ? Interpolation.Nearest : Interpolation.Linear;

    private static bool CheckShape(ManifestObject fields, ModelInput input)
    {
        TensorType type = input.Kind == InputKind.Frames ? TensorType.UInt8 : TensorType.Float32;
        if (input.Type != type)
        {
            fields.Fault("type", $"kind {Name(input.Kind)} needs {(type == TensorType.UInt8 ? "uint8" : "float32")}");
        }

        bool fits = input.Kind switch
        {
            InputKind.Frames => input.Layout == "NTHWC",
            InputKind.Audio => input.Layout is "NT" or "NCT",
            _ => input.Layout == "NTC",
        };
        if (!fits)
        {
            fields.Fault("layout", $"is '{input.Layout}', kind {Name(input.Kind)} needs " + input.Kind switch
            {
                InputKind.Frames => "NTHWC",
                InputKind.Audio => "NT or NCT",
                _ => "NTC",
            });
            return false;
        }

        if (input.Shape.Length != input.Layout.Length)
        {
            fields.Fault("shape", $"has {input.Shape.Length} extents, layout {input.Layout} needs "
                + input.Layout.Length.ToString(CultureInfo.InvariantCulture));
            return false;
        }

        long elements = 1;
        foreach (int extent in input.Shape)
        {
            elements = Math.Min(elements * extent, MaxElements + 1);
        }

        if (input.Shape[0] != 1)
        {
            fields.Fault("shape[0]", $"is {input.Shape[0]}, the batch is 1 at run time");
        }

        if (elements > MaxElements)
        {
            fields.Fault("shape", $"has more than {MaxElements} elements");
        }

        return elements <= MaxElements;
    }

    private static ModelInput Complete(ManifestObject fields, ModelInput input, WindowShape? window)
    {
        CheckSpan(fields, input, window);
        switch (input.Kind)
        {
            case InputKind.Frames:
                return CompleteFrames(fields, input);
            case InputKind.Audio:
                return CompleteAudio(fields, input);
            default:
                int width = input.Shape[2];
                ImmutableArray<string> elements = Named(fields, "elements", width, unique: true);
                ImmutableArray<string> units = Named(fields, "units", width, unique: false);
                return input with { Elements = elements, Units = units };
        }
    }

    // A grid point at or after the window's end could never be covered. One part in a million forgives rounding.
    private static void CheckSpan(ManifestObject fields, ModelInput input, WindowShape? window)
    {
        if (window is null || input.RateHz <= 0)
        {
            return;
        }

        double span = input.Steps / input.RateHz * Time.Timestamp.NanosecondsPerSecond;
        if (span > window.LengthNanoseconds * (1 + 1e-6))
        {
            fields.Fault("shape", string.Create(
                CultureInfo.InvariantCulture,
                $"{input.Steps} steps at {input.RateHz} Hz last {span / NanosecondsPerMillisecond:0.###} ms, the ")
                + string.Create(
                    CultureInfo.InvariantCulture,
                    $"window has {window.LengthNanoseconds / NanosecondsPerMillisecond:0.###} ms"));
        }
    }

    private static ModelInput CompleteFrames(ManifestObject fields, ModelInput input)
    {
        var format = (PixelFormat)(fields.Word("pixel_format", required: true, "rgb8", "bgr8", "gray8") ?? 0);
        var fit = (FrameFit)(fields.Word("fit", required: false, "crop", "stretch") ?? 0);
        int channels = format == PixelFormat.Gray8 ? 1 : 3;
        if (fields.Has("pixel_format") && input.Shape[4] != channels)
        {
            fields.Fault("shape[4]", $"is {input.Shape[4]}, the pixel format has {channels} channels");
        }

        if (input.Interpolation == Interpolation.Linear)
        {
            fields.Fault("interpolation", "images are not blended; use nearest or hold");
        }

        return input with { PixelFormat = format, Fit = fit };
    }

    private static ModelInput CompleteAudio(ManifestObject fields, ModelInput input)
    {
        int channels = input.Layout == "NT" ? 1 : input.Shape[1];
        int stated = fields.Integer("channels", required: false, 1, 64) ?? channels;
        if (stated != channels)
        {
            fields.Fault("channels", $"is {stated}, the shape has {channels}");
        }

        string? unit = fields.Text("unit", required: false, TextRule.Label);
        return input with { Units = unit is null ? [] : [unit] };
    }

    private static ImmutableArray<string> Named(ManifestObject fields, string key, int width, bool unique)
    {
        ImmutableArray<string> names = fields.Texts(key, required: false, 1, MaxExtent, unique) ?? [];
        if (names.Length != width && names.Length > 0)
        {
            fields.Fault(key, $"has {names.Length} entries, the shape has {width} values per step");
        }

        return names;
    }

    private static string Name(InputKind kind) => kind switch
    {
        InputKind.Frames => "frames",
        InputKind.Audio => "audio",
        _ => "vector",
    };
}
