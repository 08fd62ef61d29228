namespace EdgeFusion.Linux.Audio;

/// <summary>How an ALSA microphone is opened. Rate, channels and format are those of its SensorInfo.</summary>
public sealed record AlsaOptions
{
    /// <summary>
    /// ALSA's name of the device: hw:1,0 is the device itself, plughw:1,0 converts rate and format, default is what
    /// the system chose. Default "default".
    /// </summary>
    public string Device { get; init; } = "default";

    /// <summary>Periods in the ring of the sound card; default 8.</summary>
    public int Periods { get; init; } = 8;

    /// <summary>Silence after which the device is opened again; default 2 s.</summary>
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromSeconds(2);
}
