using System.Globalization;

namespace EdgeFusion.Worker.Replay;

/// <summary>What is done to a sensor in a replay.</summary>
internal enum ReplayFaultKind
{
    /// <summary>No samples.</summary>
    Mute,

    /// <summary>Every sample repeats the last one before the fault.</summary>
    Stuck,

    /// <summary>Samples arrive 300 ms later.</summary>
    Late,

    /// <summary>The payload is random bits, the same in every replay.</summary>
    Garbage,
}

/// <summary>A fault added to a recorded sensor.</summary>
/// <param name="Sensor">Name of the sensor.</param>
/// <param name="Kind">What goes wrong.</param>
/// <param name="Start">Begin, from the start of the recording.</param>
/// <param name="Length">Duration.</param>
internal sealed record ReplayFault(string Sensor, ReplayFaultKind Kind, TimeSpan Start, TimeSpan Length)
{
    /// <summary>Reads "SENSOR:KIND:START:SECONDS", as in Simulator:Faults.</summary>
    /// <exception cref="ConfigurationException">The text is something else.</exception>
    public static ReplayFault Parse(string text)
    {
        string[] parts = text.Split(':');
        if (parts.Length == 4 && Enum.TryParse(parts[1], ignoreCase: true, out ReplayFaultKind kind)
            && double.TryParse(parts[2], CultureInfo.InvariantCulture, out double start) && start is >= 0 and < 1e8
            && double.TryParse(parts[3], CultureInfo.InvariantCulture, out double length) && length is > 0 and < 1e8)
        {
            return new ReplayFault(parts[0], kind, TimeSpan.FromSeconds(start), TimeSpan.FromSeconds(length));
        }

        throw new ConfigurationException(
            $"--fault '{text}' is not SENSOR:KIND:START:SECONDS, e.g. arm:mute:5:10; kinds are mute, stuck, late, "
            + "garbage.");
    }
}
