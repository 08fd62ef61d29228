using EdgeFusion.Time;

namespace EdgeFusion.Simulator;

/// <summary>A simulated work cell: its seed, its length and its four sensors.</summary>
public sealed record WorkCellOptions
{
    /// <summary>Decides everything that is random. Same options, same bytes. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Instant at which the cell begins. Default 2026-01-01T00:00:00Z.</summary>
    public Timestamp Start { get; init; } = new(1_767_225_600_000_000_000);

    /// <summary>Number of objects handled one after the other, 15 s each; 0 (default) = without end.</summary>
    public long Episodes { get; init; }

    /// <summary>Width of the image in pixels, 32..1024; the field of view stays. Default 128.</summary>
    public int CameraWidth { get; init; } = 128;

    /// <summary>Height of the image in pixels, 24..768. Default 96.</summary>
    public int CameraHeight { get; init; } = 96;

    /// <summary>The camera. Default 30 Hz, 12 ms latency with 6 ms jitter.</summary>
    public SimulatedSensorOptions Camera { get; init; } = new()
    {
        RateHz = 30,
        Latency = TimeSpan.FromMilliseconds(12),
        LatencyJitter = TimeSpan.FromMilliseconds(6),
    };

    /// <summary>The microphone, blocks of 10 ms. Default 16 kHz, 2 ms latency with 2 ms jitter.</summary>
    public SimulatedSensorOptions Microphone { get; init; } = new()
    {
        RateHz = 16_000,
        CaptureJitter = 0,
        Latency = TimeSpan.FromMilliseconds(2),
        LatencyJitter = TimeSpan.FromMilliseconds(2),
    };

    /// <summary>The wrench sensor at the wrist. Default 500 Hz, 1 ms latency with 0.5 ms jitter.</summary>
    public SimulatedSensorOptions Wrist { get; init; } = new()
    {
        RateHz = 500,
        LatencyJitter = TimeSpan.FromMilliseconds(0.5),
    };

    /// <summary>The joints of the arm. Default 250 Hz, 2 ms latency with 1 ms jitter.</summary>
    public SimulatedSensorOptions Arm { get; init; } = new()
    {
        RateHz = 250,
        Latency = TimeSpan.FromMilliseconds(2),
    };

    /// <summary>Checks all options.</summary>
    /// <exception cref="ConfigurationException">Options are out of range; the message lists all of them.</exception>
    public void Validate()
    {
        List<string> faults = [];
        Camera.Validate(nameof(Camera), faults);
        Microphone.Validate(nameof(Microphone), faults);
        Wrist.Validate(nameof(Wrist), faults);
        Arm.Validate(nameof(Arm), faults);
        if (Microphone.RateHz is < 8000 || Microphone.RateHz % 100 != 0)
        {
            faults.Add("Microphone.RateHz must be a multiple of 100 Hz of at least 8000: blocks are 10 ms long");
        }

        if (CameraWidth is < 32 or > 1024 || CameraHeight is < 24 or > 768)
        {
            faults.Add("CameraWidth must be 32..1024 and CameraHeight 24..768");
        }

        if (Episodes is < 0 or > 1_000_000)
        {
            faults.Add("Episodes must be 0 (without end) or up to 1000000");
        }

        if (faults.Count > 0)
        {
            throw new ConfigurationException(
                $"The simulated work cell cannot start; correct these options: {string.Join("; ", faults)}.");
        }
    }
}
