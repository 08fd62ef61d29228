using EdgeFusion.Simulator.Devices;

namespace EdgeFusion.Tests.Devices;

/// <summary>Runs a simulated device until disposed.</summary>
internal sealed class DeviceThread : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Thread _thread;
    private readonly IDeviceSimulation _device;

    public DeviceThread(IDeviceSimulation device)
    {
        _device = device;
        _thread = new Thread(() => device.Run(_stopping.Token)) { IsBackground = true };
        _thread.Start();
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _thread.Join();
        (_device as IDisposable)?.Dispose();
        _stopping.Dispose();
    }
}
