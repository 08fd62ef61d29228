namespace EdgeFusion.Telemetry;

/// <summary>What is sent where.</summary>
public sealed record OtlpOptions
{
    /// <summary>Address of the collector without the path, e.g. http://127.0.0.1:4318.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>How often metrics are sent. Default 10 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Headers NAME=VALUE of every request, such as a token.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>Names of the meters to listen to.</summary>
    public required IReadOnlyList<string> Meters { get; init; }

    /// <summary>Name of the source of activities.</summary>
    public required string Source { get; init; }

    /// <summary>The node: becomes service.instance.id.</summary>
    public required string Instance { get; init; }

    /// <summary>Version of the program: becomes service.version.</summary>
    public required string Version { get; init; }

    /// <summary>Told once per episode: why nothing arrives, or null when it does again. Any thread.</summary>
    public Action<string?>? Changed { get; init; }
}
