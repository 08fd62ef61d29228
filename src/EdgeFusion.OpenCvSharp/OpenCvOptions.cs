namespace EdgeFusion.OpenCvSharp;

/// <summary>How OpenCV reaches a camera. Size, rate and format are those of the sensor's SensorInfo.</summary>
public sealed record OpenCvOptions
{
    /// <summary>Number of the camera, from 0; used where <see cref="Source"/> is empty. Default 0.</summary>
    public int Index { get; init; }

    /// <summary>File, device path or address; empty (default) = the camera <see cref="Index"/>.</summary>
    public string Source { get; init; } = "";

    /// <summary>
    /// OpenCV's back end by its name in VideoCaptureAPIs (ANY, V4L2, GSTREAMER, FFMPEG, MSMF, DSHOW ...); default ANY.
    /// </summary>
    public string Api { get; init; } = "ANY";

    /// <summary>Whether <see cref="Source"/> is a file to be played at its own pace, which then ends. Default
    /// false.</summary>
    public bool IsFile { get; init; }
}
