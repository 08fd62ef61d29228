using EdgeFusion.Inference;

namespace EdgeFusion.Worker.Bench;

/// <summary>What one model did on one provider.</summary>
internal sealed record EngineResult
{
    // Issue: decisions in lower precision must be those of full precision for 99.5 % of the windows.
    private const double EnoughEqualDecisions = 0.995;

    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Provider, and graphs or precision where they are not the usual ones.</summary>
    public required string Asked { get; init; }

    /// <summary>What it ran on; null where that did not work.</summary>
    public EngineInfo? Info { get; init; }

    /// <summary>Why it did not; null where it did.</summary>
    public string? Failure { get; init; }

    /// <summary>Largest difference from the answers of training; null without a parity file.</summary>
    public double? FromTraining { get; init; }

    /// <summary>Largest difference from the first result, the whole graph on the CPU; null for that itself.</summary>
    public double? FromFirst { get; init; }

    /// <summary>Largest difference that counts as equal.</summary>
    public double Tolerance { get; init; }

    /// <summary>
    /// Share of synthetic windows on which all heads decide as the whole graph in full precision does, of those on
    /// which that is not undecided; null for that itself.
    /// </summary>
    public double? EqualDecisions { get; init; }

    /// <summary>Median time of a run.</summary>
    public double P50Microseconds { get; init; }

    /// <summary>99th percentile.</summary>
    public double P99Microseconds { get; init; }

    /// <summary>Longest run.</summary>
    public double MaxMicroseconds { get; init; }

    /// <summary>Time of all processors per run.</summary>
    public double CpuMicroseconds { get; init; }

    /// <summary>Median time of running again with a narrower mask; null for a model without a mask.</summary>
    public double? AgainMicroseconds { get; init; }

    /// <summary>Managed bytes per run.</summary>
    public double AllocatedBytesPerRun { get; init; }

    /// <summary>Time to load and warm up.</summary>
    public double LoadMilliseconds { get; init; }

    /// <summary>Whether it ran and agreed: in full precision by its numbers, in a lower one by its decisions.</summary>
    public bool IsOk => Failure is null && (Info is { Precision: "fp32" } || EqualDecisions is null
        ? (FromTraining ?? 0) <= Tolerance && (FromFirst ?? 0) <= Tolerance
        : EqualDecisions >= EnoughEqualDecisions);
}
