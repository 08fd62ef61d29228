using EdgeFusion.Publishing.Policies;

namespace EdgeFusion.Publishing;

/// <summary>Who publishes, and how long what is published is worth delivering.</summary>
public sealed record PredictionPublisherOptions
{
    /// <summary>Name of this node in topics and payloads.</summary>
    public required string Node { get; init; }

    /// <summary>First part of all topics; default "edgefusion".</summary>
    public string Prefix { get; init; } = NodeTopics.DefaultPrefix;

    /// <summary>The run's epoch: a random number, the same in each prediction.</summary>
    public required long Epoch { get; init; }

    /// <summary>Version of the product.</summary>
    public required string Version { get; init; }

    /// <summary>How predictions are written; all else is JSON. Default JSON.</summary>
    public PayloadEncoding Encoding { get; init; }

    /// <summary>Expiry of predictions; default 60 s.</summary>
    public TimeSpan PredictionExpiry { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>What of each head is published, by its name; "*" for all that are not named. Default: every window.
    /// </summary>
    public IReadOnlyDictionary<string, HeadPublishOptions> Heads { get; init; } =
        new Dictionary<string, HeadPublishOptions>();

    /// <summary>Expiry of heartbeats; default 5 s.</summary>
    public TimeSpan HeartbeatExpiry { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Expiry of sensor states; default 30 s.</summary>
    public TimeSpan SensorExpiry { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time after which an unchanged sensor state is repeated; default 10 s.</summary>
    public TimeSpan SensorInterval { get; init; } = TimeSpan.FromSeconds(10);
}
