using EdgeFusion.Buffering;
using EdgeFusion.Sensing;
using EdgeFusion.Time;
using Xunit;

namespace EdgeFusion.Testing.Sensing;

/// <summary>Runs one sensor on a thread of its own, as the sensor host does, but once and without a retry.</summary>
public sealed class SensorRun : IDisposable
{
    private readonly ISensor _sensor;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Thread _thread;
    private Exception? _failure;

    /// <summary>Starts capturing.</summary>
    /// <param name="sensor">Not owned.</param>
    /// <param name="capacity">Slots of the ring; 0 = two seconds.</param>
    public SensorRun(ISensor sensor, int capacity = 0)
    {
        ArgumentNullException.ThrowIfNull(sensor);
        _sensor = sensor;
        int slots = capacity > 0 ? capacity : (int)(2e9 / sensor.Info.PeriodNanoseconds) + 16;
        Ring = new SensorRing(sensor.Info, slots);
        Gate = new SampleGate(sensor.Info, TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(5));
        _thread = new Thread(Run) { Name = "sensor under test", IsBackground = true };
        _thread.Start();
    }

    /// <summary>The samples.</summary>
    public SensorRing Ring { get; }

    /// <summary>What was taken and what was kept out.</summary>
    public SampleGate Gate { get; }

    /// <summary>The clock of the run.</summary>
    public PipelineClock Clock { get; } = new(TimeProvider.System);

    /// <summary>Whether Capture has returned or thrown.</summary>
    public bool HasEnded => !_thread.IsAlive;

    /// <summary>What Capture threw; null while it runs and where it returned.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Waits for so many samples; fails where Capture ends before.</summary>
    public void WaitFor(long samples, double seconds = 20)
    {
        SpinWait.SpinUntil(() => Ring.Published >= samples || HasEnded, TimeSpan.FromSeconds(seconds));
        Assert.True(
            Ring.Published >= samples,
            $"{Ring.Published} samples instead of {samples}; {Failure?.Message ?? (HasEnded ? "ended" : "running")}");
    }

    /// <summary>Waits until Capture is over by itself.</summary>
    public void WaitForEnd(double seconds = 20) =>
        Assert.True(_thread.Join(TimeSpan.FromSeconds(seconds)), "Capture is still running");

    /// <summary>Waits until Capture has failed; what it said.</summary>
    public string WaitForFailure(double seconds = 20)
    {
        WaitForEnd(seconds);
        return Assert.IsType<SensorException>(Failure).Message;
    }

    /// <summary>Cancels and waits; Capture must return within a second and throw nothing.</summary>
    public void Stop()
    {
        _stopping.Cancel();

        // The contract says one second; a busy machine gets a few more.
        Assert.True(_thread.Join(TimeSpan.FromSeconds(5)), "Capture does not end when it is cancelled");
        Assert.Null(Failure);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping.Cancel();
        if (_thread.Join(TimeSpan.FromSeconds(5)))
        {
            _stopping.Dispose();
        }
    }

    private void Run()
    {
        try
        {
            _sensor.Capture(new SampleSink(Ring, Gate, Clock), _stopping.Token);
        }
#pragma warning disable CA1031 // The test asserts what it was.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Volatile.Write(ref _failure, failure);
        }
    }
}
