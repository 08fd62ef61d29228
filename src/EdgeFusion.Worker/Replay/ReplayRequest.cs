using System.Collections.Immutable;
using EdgeFusion.Worker.Configuration;

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

    /// <summary>Seconds from the recording's start at which the replay begins.</summary>
    public double From { get; init; }

    /// <summary>Seconds from the recording's start at which it ends; null = at its end.</summary>
    public double? To { get; init; }

    /// <summary>Sensors that say nothing.</summary>
    public ImmutableArray<string> Muted { get; init; } = [];

    /// <summary>Faults added.</summary>
    public ImmutableArray<ReplayFault> Faults { get; init; } = [];

    /// <summary>Whether each window waits for Enter.</summary>
    public bool Step { get; init; }

    /// <summary>Whether keys or lines of the input steer the replay.</summary>
    public bool Interactive { get; init; }

    /// <summary>Whether somebody steers the replay while it runs.</summary>
    public bool IsSteered => Step || Interactive;

    /// <summary>File for the summary as JSON.</summary>
    public string? Summary { get; init; }

    /// <summary>Whether the replay is of something else than what was recorded: decisions are then taken
    /// afresh.</summary>
    public bool IsAltered => From > 0 || To is not null || Muted.Length > 0 || Faults.Length > 0;

    public string? Out { get; init; }

    public string? Expect { get; init; }

    public string? PublishTo { get; init; }

    public string Node { get; init; } = "replay";

    /// <summary>What is published, and how; the broker is <see cref="PublishTo"/>.</summary>
    public MqttOptions PublishAs { get; init; } = new();

    public string Precision { get; init; } = "fp32";

    public string Graph { get; init; } = "auto";

    public ImmutableArray<string> Providers { get; init; } = ["cpu"];

    public ImmutableDictionary<string, string> Modalities { get; init; } =
        ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);
}
