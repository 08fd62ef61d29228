using System.Collections.Immutable;
using System.Globalization;
using EdgeFusion.Models;

namespace EdgeFusion.Publishing.Policies;

/// <summary>What of a head is published. Times are those of the windows, so that a replay decides alike.</summary>
public sealed record HeadPublishOptions
{
    /// <summary>Threshold of <see cref="PublishPolicy.OnChange"/> where none is given.</summary>
    public const double DefaultChange = 0.1;

    /// <summary>Threshold of <see cref="PublishPolicy.Events"/> where none is given.</summary>
    public const double DefaultScore = 0.5;

    /// <summary>Everything is published.</summary>
    public static HeadPublishOptions Every { get; } = new();

    /// <summary>Which windows; default every.</summary>
    public PublishPolicy Policy { get; init; }

    /// <summary>
    /// On change: the least difference of a score (0..1; 1 = only another label counts) or of a value (in its unit);
    /// default 0.1. Events: the least score of a label, 0..1; default 0.5.
    /// </summary>
    public double? Threshold { get; init; }

    /// <summary>
    /// On change: least time between two messages; a change that comes sooner waits, and goes where it still stands.
    /// Events: how long a label must stand to begin, and be away to end. 0..1 h, default 0.
    /// </summary>
    public TimeSpan MinInterval { get; init; }

    /// <summary>Time after which an unchanged answer, or an event that goes on, is published again; 0 = never, up to
    /// 24 h, default 10 s.</summary>
    public TimeSpan MaxInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Events: the labels that make events; empty (default) for all.</summary>
    public ImmutableArray<string> Labels { get; init; } = [];

    /// <summary>The policy as it stands in payloads and configurations.</summary>
    public string Word => Policy switch
    {
        PublishPolicy.OnChange => "on_change",
        PublishPolicy.Events => "events",
        _ => "every",
    };

    /// <summary>Checks what does not depend on the model.</summary>
    /// <returns>The faults, each beginning with the property; empty for none.</returns>
    public IReadOnlyList<string> Check()
    {
        var faults = new List<string>();
        double threshold = Threshold ?? DefaultChange;
        if (!double.IsFinite(threshold) || threshold <= 0)
        {
            faults.Add(string.Create(
                CultureInfo.InvariantCulture, $"Threshold is {threshold}; it must be above 0 and finite"));
        }
        else if (Policy == PublishPolicy.Events && threshold > 1)
        {
            faults.Add(string.Create(
                CultureInfo.InvariantCulture, $"Threshold is {threshold}; a score is at most 1"));
        }

        if (MinInterval < TimeSpan.Zero || MinInterval > TimeSpan.FromHours(1))
        {
            faults.Add("MinInterval must be 0..1 h");
        }

        if (MaxInterval < TimeSpan.Zero || MaxInterval > TimeSpan.FromHours(24))
        {
            faults.Add("MaxInterval must be 0..24 h");
        }
        else if (MaxInterval > TimeSpan.Zero && MaxInterval < MinInterval)
        {
            faults.Add("MaxInterval must not be below MinInterval");
        }

        return faults;
    }

    /// <summary>Checks against a head.</summary>
    /// <returns>The faults; empty for none.</returns>
    internal IEnumerable<string> Check(ModelHead head)
    {
        if (Policy == PublishPolicy.Events && head.Kind == HeadKind.Regression)
        {
            yield return $"head '{head.Name}' is a regression and has no events; use on_change";
        }

        if (head.Kind == HeadKind.Classification && Threshold > 1)
        {
            yield return $"head '{head.Name}' is a classification: Threshold must be at most 1";
        }

        foreach (string label in Labels)
        {
            if (!head.Labels.Contains(label))
            {
                yield return $"head '{head.Name}' has no label '{label}'; it has {string.Join(", ", head.Labels)}";
            }
        }
    }
}
