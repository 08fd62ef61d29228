namespace EdgeFusion.Sensing;

/// <summary>
/// A sensor that counts what happened to its data before the sink saw it: received, dropped by the driver, bad
/// messages. Together with the gate's counters they add up.
/// </summary>
/// <remarks><b>Threading.</b> Read from any thread while the sensor runs; the numbers only grow.</remarks>
public interface ICountingSensor
{
    /// <summary>A snapshot of the counters, by name in snake_case.</summary>
    IReadOnlyList<SensorCounter> Counters { get; }
}

/// <summary>One counter of a sensor.</summary>
/// <param name="Name">Name in snake_case.</param>
/// <param name="Value">Its value since the sensor was made.</param>
/// <param name="Role">Its place in the sensor's account.</param>
public readonly record struct SensorCounter(string Name, long Value, CounterRole Role = CounterRole.Fact);
