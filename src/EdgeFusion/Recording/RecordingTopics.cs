namespace EdgeFusion.Recording;

/// <summary>Topics of a recording that are not sensors.</summary>
public static class RecordingTopics
{
    /// <summary>Ground truth: JSON {"head","label","start_ns","end_ns"}.</summary>
    public const string Labels = "/edgefusion/labels";

    /// <summary>The windows' cuts.</summary>
    public const string Cuts = "/edgefusion/cuts";

    /// <summary>Predictions as published.</summary>
    public const string Predictions = "/edgefusion/predictions";

    /// <summary>Samples with flags (gap, clipped): JSON {"topic","sequence","flags"}.</summary>
    public const string Flags = "/edgefusion/flags";

    /// <summary>What the topic of an audio channel's AudioInfo ends in.</summary>
    public const string InfoSuffix = "/info";

    /// <summary>Name of the metadata record with the origin of the window grid.</summary>
    public const string MetadataName = "edgefusion";

    /// <summary>Key in that record: origin of the window grid in nanoseconds since the epoch.</summary>
    public const string OriginKey = "origin_ns";
}
