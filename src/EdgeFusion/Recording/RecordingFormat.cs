namespace EdgeFusion.Recording;

/// <summary>How our recordings introduce themselves in their header.</summary>
public static class RecordingFormat
{
    /// <summary>Profile of the header.</summary>
    public const string Profile = "edgefusion";

    /// <summary>Library of the header: name and version of this build.</summary>
    public static string Library { get; } =
        "edgefusion " + (typeof(RecordingFormat).Assembly.GetName().Version?.ToString(3) ?? "0.0.0");
}
