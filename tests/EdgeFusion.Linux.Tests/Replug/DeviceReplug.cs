using EdgeFusion.Sensing;
using EdgeFusion.Simulator.Devices;

namespace EdgeFusion.Linux.Tests.Replug;

/// <summary>A simulated device that is made afresh at each plugging and disposed at each unplugging.</summary>
internal sealed class DeviceReplug : IReplugBench
{
    private readonly Func<(IDeviceSimulation Device, IDisposable Line)> _plug;
    private CancellationTokenSource _stopping = new();
    private IDisposable? _line;
    private Thread? _thread;

    /// <param name="sensor">Reads it.</param>
    /// <param name="plug">Makes the device and what is disposed to unplug it.</param>
    public DeviceReplug(ISensor sensor, Func<(IDeviceSimulation Device, IDisposable Line)> plug)
    {
        Sensor = sensor;
        _plug = plug;
        Plug();
    }

    public ISensor Sensor { get; }

    public TimeSpan LongestOutage => TimeSpan.FromSeconds(1.5);

    public void Unplug()
    {
        _stopping.Cancel();
        _thread?.Join();
        _line?.Dispose();
        _stopping.Dispose();
        _line = null;
    }

    public void Plug()
    {
        _stopping = new CancellationTokenSource();
        CancellationToken stopping = _stopping.Token;
        (IDeviceSimulation device, _line) = _plug();
        _thread = new Thread(() => device.Run(stopping)) { IsBackground = true };
        _thread.Start();
    }

    public void Dispose()
    {
        if (_line is not null)
        {
            Unplug();
        }
    }
}
