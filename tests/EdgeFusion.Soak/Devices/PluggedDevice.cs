using EdgeFusion.Linux.Serial;
using EdgeFusion.Sensing.Channels;
using EdgeFusion.Simulator.Devices;
using EdgeFusion.Time;

namespace EdgeFusion.Soak.Devices;

/// <summary>A simulated serial device under a name that stays; disposing it is an unplug.</summary>
internal sealed class PluggedDevice<TDevice> : IDisposable
    where TDevice : IDeviceSimulation
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly PseudoTerminal _line;
    private readonly Thread _thread;

    public PluggedDevice(string link, Func<IByteChannel, PipelineClock, TDevice> create)
    {
        _line = new PseudoTerminal(link);
        Device = create(_line, new PipelineClock(TimeProvider.System));
        _thread = new Thread(() => Device.Run(_stopping.Token)) { IsBackground = true };
        _thread.Start();
    }

    public TDevice Device { get; }

    public void Dispose()
    {
        _stopping.Cancel();
        _thread.Join();
        _line.Dispose();
        _stopping.Dispose();
    }
}
