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

    /// <summary>Samples that the recording lacks: JSON {"topic","lost","from_ns","to_ns","reason"}.</summary>
    public const string Gaps = "/edgefusion/gaps";

    /// <summary>Health of sensors, pipeline and recorder, about once a second.</summary>
    public const string Health = "/edgefusion/health";

    /// <summary>Why a black box was written: JSON {"reason","at_ns"}.</summary>
    public const string Triggers = "/edgefusion/triggers";

    /// <summary>Changes of the live model: JSON {"window","seq","start_ns","from","to"}.</summary>
    public const string Models = "/edgefusion/models";

    /// <summary>What the topic of an audio channel's AudioInfo ends in.</summary>
    public const string InfoSuffix = "/info";

    /// <summary>Name of the metadata record with the origin of the window grid.</summary>
    public const string MetadataName = "edgefusion";

    /// <summary>Name of the metadata record with the configuration of the run, without secrets.</summary>
    public const string ConfigurationName = "edgefusion.config";

    /// <summary>Name of the metadata record with name, version and hash of the model.</summary>
    public const string ModelName = "edgefusion.model";

    /// <summary>Key in the first record: origin of the window grid in nanoseconds since the epoch.</summary>
    public const string OriginKey = "origin_ns";
}
