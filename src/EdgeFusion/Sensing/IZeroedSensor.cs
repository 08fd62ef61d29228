namespace EdgeFusion.Sensing;

/// <summary>A sensor that finds a zero of its own, as it may be asked to at its start, and takes it off.</summary>
/// <remarks><b>Threading.</b> Read from any thread while the sensor runs.</remarks>
public interface IZeroedSensor
{
    /// <summary>What it takes off; null before it has found it, or where it was not asked to.</summary>
    SensorZero? Zero { get; }
}
