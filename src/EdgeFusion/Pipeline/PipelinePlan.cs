using System.Collections.Immutable;
using EdgeFusion.Models;
using EdgeFusion.Sensing;
using EdgeFusion.Windowing.Binding;

namespace EdgeFusion.Pipeline;

/// <summary>Which sensor feeds which input, and what does not fit. Pure; made before anything starts.</summary>
public sealed class PipelinePlan
{
    private PipelinePlan(ImmutableArray<SensorInfo?> feeds, ImmutableArray<string> problems)
    {
        Feeds = feeds;
        Problems = problems;
    }

    /// <summary>Per input of the model its sensor, or null where it has none that fits.</summary>
    public ImmutableArray<SensorInfo?> Feeds { get; }

    /// <summary>One sentence per sensor or input that could not be matched.</summary>
    public ImmutableArray<string> Problems { get; }

    /// <summary>Matches sensors to inputs by modality and checks that each fits.</summary>
    public static PipelinePlan Make(ModelManifest manifest, IReadOnlyList<SensorInfo> sensors)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(sensors);
        ImmutableArray<string>.Builder problems = ImmutableArray.CreateBuilder<string>();
        CheckNames(sensors, problems);
        ImmutableArray<SensorInfo?>.Builder feeds = ImmutableArray.CreateBuilder<SensorInfo?>();
        foreach (ModelInput input in manifest.Inputs)
        {
            feeds.Add(Feed(input, sensors, problems));
        }

        return new PipelinePlan(feeds.ToImmutable(), problems.ToImmutable());
    }

    /// <summary>Capacity of the ring of a sensor, large enough for every input that it feeds.</summary>
    public int RingCapacity(ModelManifest manifest, SensorInfo sensor)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(sensor);

        // A sensor that feeds nothing is kept for half a second, for recorders and screens.
        int capacity = (int)Math.Ceiling(0.5e9 / sensor.PeriodNanoseconds) + 16;
        for (int i = 0; i < Feeds.Length; i++)
        {
            if (Feeds[i] == sensor)
            {
                capacity = Math.Max(capacity, TimeGrid.RingCapacity(manifest.Inputs[i], manifest.Window, sensor));
            }
        }

        return capacity;
    }

    private static void CheckNames(IReadOnlyList<SensorInfo> sensors, ImmutableArray<string>.Builder problems)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (SensorInfo sensor in sensors)
        {
            if (!seen.Add(sensor.Name))
            {
                problems.Add($"two sensors are called '{sensor.Name}': give each a name of its own");
            }
        }
    }

    private static SensorInfo? Feed(
        ModelInput input, IReadOnlyList<SensorInfo> sensors, ImmutableArray<string>.Builder problems)
    {
        SensorInfo? found = null;
        foreach (SensorInfo sensor in sensors)
        {
            if (sensor.Modality != input.Modality)
            {
                continue;
            }

            if (Misfit(input, sensor) is { } misfit)
            {
                problems.Add($"sensor '{sensor.Name}' does not fit the model's input '{input.Tensor}': {misfit}");
            }
            else if (found is not null)
            {
                problems.Add($"sensors '{found.Name}' and '{sensor.Name}' both offer modality '{input.Modality}': "
                    + "the model takes one; give the other a modality of its own");
            }
            else
            {
                found = sensor;
            }
        }

        return found;
    }

    private static string? Misfit(ModelInput input, SensorInfo sensor) => (input.Kind, sensor.Layout) switch
    {
        (InputKind.Frames, FrameLayout) => null,
        (InputKind.Audio, AudioLayout audio) => AudioMisfit(input, audio, sensor.RateHz),
        (InputKind.Vector, VectorLayout vector) => VectorMisfit(input, vector),
        _ => $"it delivers {Describe(sensor.Layout)}, the model wants {Describe(input.Kind)}",
    };

    private static string? AudioMisfit(ModelInput input, AudioLayout audio, double rateHz)
    {
        int channels = input.Shape.Length == 3 ? input.Shape[1] : 1;
        if (channels != 1 && channels != audio.Channels)
        {
            return $"it has {audio.Channels} channels, the model wants {channels}";
        }

        // Interpolation is no low-pass: a faster stream would alias into the model's band.
        const double Tolerance = 1.01;
        return rateHz > input.RateHz * Tolerance
            ? FormattableString.Invariant(
                $"it delivers {rateHz} Hz, the model wants {input.RateHz} Hz; set the adapter to that rate")
            : null;
    }

    private static string? VectorMisfit(ModelInput input, VectorLayout vector)
    {
        int width = input.Shape[^1];
        if (vector.Width != width)
        {
            return $"it has {vector.Width} elements, the model wants {width}";
        }

        for (int i = 0; i < Math.Min(input.Units.Length, width); i++)
        {
            if (input.Units[i].Length > 0 && vector.Units[i].Length > 0 && input.Units[i] != vector.Units[i])
            {
                return $"element {i} ('{vector.Elements[i]}') is in {vector.Units[i]}, the model wants "
                    + $"{input.Units[i]}; set scale and unit of the sensor";
            }
        }

        return null;
    }

    private static string Describe(SampleLayout layout) => layout switch
    {
        FrameLayout => "images",
        AudioLayout => "audio",
        _ => "vectors",
    };

    private static string Describe(InputKind kind) => kind switch
    {
        InputKind.Frames => "images",
        InputKind.Audio => "audio",
        _ => "vectors",
    };
}
