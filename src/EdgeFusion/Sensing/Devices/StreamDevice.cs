using EdgeFusion.Sensing.Channels;

namespace EdgeFusion.Sensing.Devices;

/// <summary>
/// A connection to a device that streams; its sensors share it. No thread runs in it: the host's thread of the sensor
/// that came first reads for all.
/// </summary>
/// <remarks><b>Threading.</b> Any thread.</remarks>
public sealed class StreamDevice
{
    private readonly StreamHub _hub;

    internal StreamDevice(StreamProtocol protocol, IByteEndpoint endpoint) => _hub = new StreamHub(protocol, endpoint);

    /// <summary>Counters of the connection.</summary>
    public DeviceHealth Health => _hub.Health;

    /// <summary>A sensor on one of the device's outputs.</summary>
    /// <param name="name">Name of the sensor.</param>
    /// <param name="output">Which output, from 0; the device's factory says what there is.</param>
    /// <param name="modality">Its modality; null = the device's own.</param>
    /// <param name="tare">
    /// Time after the first start over which the values are averaged and then taken for zero; nothing is delivered
    /// meanwhile. Kept over reconnects. Zero (default) = none. The tool's own weight turns with the hand and cannot be
    /// taken off so: that is the user's to model.
    /// </param>
    public ISensor Sensor(string name, int output = 0, string? modality = null, TimeSpan tare = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(output, _hub.Protocol.Outputs.Length);
        ArgumentOutOfRangeException.ThrowIfNegative(output);
        _hub.Tare(output, tare);
        return new StreamSensor(_hub, output, name, modality);
    }
}
