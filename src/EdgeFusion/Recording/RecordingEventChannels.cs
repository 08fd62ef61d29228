namespace EdgeFusion.Recording;

/// <summary>Topic and schema of each kind of recorded event.</summary>
internal static class RecordingEventChannels
{
    /// <summary>Number of kinds.</summary>
    public const int Count = 7;

    private const string AnyObject = """{"type":"object"}""";

    /// <summary>Topic, name of the schema and JSON schema of a kind.</summary>
    public static (string Topic, string SchemaName, string Schema) Of(RecordingEvent kind) => kind switch
    {
        RecordingEvent.Cut => (RecordingTopics.Cuts, CutMessage.SchemaName, CutMessage.Schema),
        RecordingEvent.Prediction => (RecordingTopics.Predictions, "edgefusion.Prediction", AnyObject),
        RecordingEvent.Gap => (RecordingTopics.Gaps, "edgefusion.Gap", """
            {"title":"edgefusion.Gap","type":"object","properties":{"topic":{"type":"string"},
            "lost":{"type":"integer"},"from_ns":{"type":"integer"},"to_ns":{"type":"integer"},
            "reason":{"type":"string"}}}
            """),
        RecordingEvent.Health => (RecordingTopics.Health, "edgefusion.Health", AnyObject),
        RecordingEvent.Trigger => (RecordingTopics.Triggers, "edgefusion.Trigger", """
            {"title":"edgefusion.Trigger","type":"object","properties":{"reason":{"type":"string"},
            "at_ns":{"type":"integer"}}}
            """),
        RecordingEvent.Label => (RecordingTopics.Labels, "edgefusion.Label", """
            {"title":"edgefusion.Label","type":"object","properties":{"head":{"type":"string"},
            "label":{"type":"string"},"start_ns":{"type":"integer"},"end_ns":{"type":"integer"}}}
            """),
        RecordingEvent.Model => (RecordingTopics.Models, ModelMessage.SchemaName, ModelMessage.Schema),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such kind."),
    };
}
