namespace EdgeFusion.Simulator;

/// <summary>Whose clock stamps the capture times of a simulated sensor.</summary>
public enum CaptureStamp
{
    /// <summary>The true time on the pipeline's timeline, as after a perfect correction of the drift.</summary>
    True,

    /// <summary>
    /// The device's own counter taken at its nominal rate: it runs away from the truth by the drift in ppm. Never
    /// later than the arrival.
    /// </summary>
    DeviceCounter,
}
