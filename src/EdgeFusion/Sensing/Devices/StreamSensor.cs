namespace EdgeFusion.Sensing.Devices;

/// <summary>One of the sensors of a streaming device.</summary>
internal sealed class StreamSensor : IDeviceSensor, IZeroedSensor
{
    private readonly StreamHub _hub;
    private readonly int _output;

    public StreamSensor(StreamHub hub, int output, string name, string? modality)
    {
        _hub = hub;
        _output = output;
        StreamOutput described = hub.Protocol.Outputs[output];
        Info = new SensorInfo
        {
            Name = name,
            Modality = modality ?? described.Modality,
            Layout = described.Layout,
            RateHz = described.RateHz,
        };
    }

    public SensorInfo Info { get; }

    public DeviceHealth Health => _hub.Health;

    public SensorZero? Zero => _hub.Zero(_output);

    IReadOnlyList<SensorCounter> ICountingSensor.Counters => _hub.Counters(_output);

    public void Capture(SampleSink sink, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(sink);
        _hub.Capture(_output, sink, stopping);
    }

    public void Dispose()
    {
    }
}
