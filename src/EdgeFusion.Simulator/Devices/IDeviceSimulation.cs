namespace EdgeFusion.Simulator.Devices;

/// <summary>A simulated device: it speaks the device's protocol on a line or port until stopped.</summary>
public interface IDeviceSimulation
{
    /// <summary>Runs until cancelled.</summary>
    void Run(CancellationToken stopping);
}
