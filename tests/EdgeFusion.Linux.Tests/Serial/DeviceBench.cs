using EdgeFusion.Linux.Serial;
using EdgeFusion.Sensing;
using EdgeFusion.Sensing.Channels;
using EdgeFusion.Simulator.Devices;
using EdgeFusion.Time;

namespace EdgeFusion.Linux.Tests.Serial;

/// <summary>A simulated device on a pseudo-terminal, on a thread of its own; disposing it is an unplug.</summary>
internal sealed class DeviceBench<TDevice> : IDisposable
    where TDevice : IDeviceSimulation
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly PseudoTerminal _line;
    private readonly Thread _thread;
    private bool _disposed;

    public DeviceBench(Func<IByteChannel, PipelineClock, TDevice> create, string? link = null)
    {
        _line = new PseudoTerminal(link);
        Device = create(_line, new PipelineClock(TimeProvider.System));
        _thread = new Thread(() => Device.Run(_stopping.Token)) { IsBackground = true };
        _thread.Start();
    }

    public TDevice Device { get; }

    public string Path => _line.Device;

    public SerialEndpoint Endpoint(int baud) => new(new SerialOptions { Device = Path, BaudRate = baud });

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _stopping.Cancel();
        _thread.Join();
        _line.Dispose();
        _stopping.Dispose();
    }
}

/// <summary>A sensor that takes its bench with it.</summary>
internal sealed class BenchSensor(ISensor sensor, IDisposable bench) : ISensor
{
    public SensorInfo Info => sensor.Info;

    public void Capture(SampleSink sink, CancellationToken stopping) => sensor.Capture(sink, stopping);

    public void Dispose()
    {
        sensor.Dispose();
        bench.Dispose();
    }
}
