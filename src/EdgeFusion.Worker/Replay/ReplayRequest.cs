using System.Collections.Immutable;

namespace EdgeFusion.Worker.Replay;

/// <summary>What `edgefusion replay` was asked for.</summary>
internal sealed record ReplayRequest
{
    public required string Recording { get; init; }

    public required string Model { get; init; }

    /// <summary>Speed against real time; 0 = as fast as it goes.</summary>
    public double Speed { get; init; }

    /// <summary>Lanes of inference.</summary>
    public int Threads { get; init; } = 1;

    public bool Inference { get; init; } = true;

    /// <summary>Whether recorded decisions are repeated where there are any that fit.</summary>
    public bool RepeatCuts { get; init; } = true;

    /// <summary>Whether what is left of a damaged recording is replayed.</summary>
    public bool Recover { get; init; }

    /// <summary>Explain every so many windows; 0 = none but those that the recorded run explained.</summary>
    public int ExplainEvery { get; init; }

    public string? Out { get; init; }

    public string? Expect { get; init; }

    public string? PublishTo { get; init; }

    public string Node { get; init; } = "replay";

    public string Precision { get; init; } = "fp32";

    public string Graph { get; init; } = "auto";

    public ImmutableArray<string> Providers { get; init; } = ["cpu"];

    public ImmutableDictionary<string, string> Modalities { get; init; } =
        ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);
}
