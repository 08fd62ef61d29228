using EdgeFusion.Sensing;
using EdgeFusion.Sensing.Devices;
using EdgeFusion.Time;

namespace EdgeFusion.Publishing;

/// <summary>The health of a hosted sensor.</summary>
/// <param name="host">The host; read only.</param>
public sealed class SensorHostHealth(SensorHost host) : ISensorHealth
{
    /// <inheritdoc/>
    public SensorInfo Info => host.Info;

    /// <inheritdoc/>
    public SensorState State => host.State;

    /// <inheritdoc/>
    public long Taken => host.Ring.Published;

    /// <inheritdoc/>
    public long Rejected => host.Gate.RejectedCount;

    /// <inheritdoc/>
    public long Overwritten => host.Ring.Overwritten;

    /// <inheritdoc/>
    public long Restarts => host.Restarts;

    /// <inheritdoc/>
    public DeviceHealth? Device => host.Device;

    /// <inheritdoc/>
    public SensorAccount? Account => host.Account;

    /// <inheritdoc/>
    public SensorZero? Zero => host.Zero;

    /// <inheritdoc/>
    public Timestamp? LastArrival
    {
        get
        {
            long published = host.Ring.Published;
            return published == 0 ? null : host.Ring.Header(published - 1).Arrival;
        }
    }
}
