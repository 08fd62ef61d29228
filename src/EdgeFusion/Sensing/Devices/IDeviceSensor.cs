namespace EdgeFusion.Sensing.Devices;

/// <summary>A sensor that can tell about its device's line and clock.</summary>
public interface IDeviceSensor : ISensor, ICountingSensor
{
    /// <summary>Counters and figures; the same object for the sensor's life. Sensors of one connection share
    /// it.</summary>
    DeviceHealth Health { get; }

    /// <inheritdoc/>
    IReadOnlyList<SensorCounter> ICountingSensor.Counters => Health.Snapshot();
}
