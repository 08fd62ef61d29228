namespace EdgeFusion.Sensing.Devices;

/// <summary>A sensor that has its device to itself: what all such have in common.</summary>
/// <remarks><b>Threading.</b> As <see cref="ISensor"/> says.</remarks>
public abstract class DeviceSensor : IDeviceSensor
{
    private protected DeviceSensor()
    {
    }

    /// <inheritdoc/>
    public abstract SensorInfo Info { get; }

    /// <inheritdoc/>
    public DeviceHealth Health { get; } = new();

    /// <inheritdoc/>
    public void Capture(SampleSink sink, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(sink);
        try
        {
            Run(sink, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped while the device was looked for, or in the middle of a question to it.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => GC.SuppressFinalize(this);

    /// <summary>One opening of the device, as <see cref="ISensor.Capture"/> says; may throw when stopped.</summary>
    private protected abstract void Run(SampleSink sink, CancellationToken stopping);
}
