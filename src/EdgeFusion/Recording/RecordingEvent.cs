namespace EdgeFusion.Recording;

/// <summary>Kinds of recorded messages that are no samples.</summary>
public enum RecordingEvent
{
    /// <summary>A window's decision.</summary>
    Cut,

    /// <summary>A prediction as published.</summary>
    Prediction,

    /// <summary>Samples that the recording lacks.</summary>
    Gap,

    /// <summary>Health of sensors, pipeline and recorder.</summary>
    Health,

    /// <summary>Why a black box was written.</summary>
    Trigger,

    /// <summary>A label over a stretch of time.</summary>
    Label,

    /// <summary>Another model answers from here on.</summary>
    Model,
}
