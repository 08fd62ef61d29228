namespace EdgeFusion.NAudio;

/// <summary>How NAudio reaches a microphone. Rate, channels and format are those of the sensor's SensorInfo.</summary>
public sealed record NAudioOptions
{
    /// <summary>ALSA's name on Linux, the endpoint's id on Windows; empty (default) = the system's default.</summary>
    public string Device { get; init; } = "";

    /// <summary>A WAV file to be played at its own pace instead; empty (default) = a microphone.</summary>
    public string File { get; init; } = "";

    /// <summary>Silence after which the device is opened again; default 2 s.</summary>
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromSeconds(2);
}
