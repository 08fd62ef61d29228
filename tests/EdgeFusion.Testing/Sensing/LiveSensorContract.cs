using EdgeFusion.Sensing;
using EdgeFusion.Time;
using Xunit;

namespace EdgeFusion.Testing.Sensing;

/// <summary>What every live sensor keeps, whatever is behind it.</summary>
public abstract class LiveSensorContract
{
    private const int Samples = 12;

    /// <summary>A sensor whose source delivers, and whatever has to be disposed with it.</summary>
    protected abstract ISensor Create();

    [Fact]
    public void Capture_times_rise_and_are_never_after_arrival()
    {
        using ISensor sensor = Create();
        using var run = new SensorRun(sensor);

        run.WaitFor(Samples);
        run.Stop();

        Timestamp last = Timestamp.MinValue;
        for (long i = run.Ring.Oldest; i < run.Ring.Published; i++)
        {
            SampleHeader header = run.Ring.Header(i);
            Assert.True(header.Capture > last, $"sample {i} is not after the one before");
            Assert.True(header.Capture <= header.Arrival, $"sample {i} was captured after it arrived");
            last = header.Capture;
        }
    }

    [Fact]
    public void Every_sample_fits_the_layout()
    {
        using ISensor sensor = Create();
        using var run = new SensorRun(sensor);

        run.WaitFor(Samples);
        run.Stop();

        Assert.Equal(0, run.Gate.Count(SampleRejection.BadLength));
        Assert.Equal(0, run.Gate.Count(SampleRejection.NotFinite));
        Assert.Equal(0, run.Gate.Count(SampleRejection.FarFuture));
    }

    [Fact]
    public void It_stops_when_asked_and_captures_again()
    {
        using ISensor sensor = Create();
        for (int i = 0; i < 2; i++)
        {
            using var run = new SensorRun(sensor);
            run.WaitFor(3);
            run.Stop();
        }
    }

    [Fact]
    public void Cancelled_before_it_begins_it_returns()
    {
        using ISensor sensor = Create();
        using var run = new SensorRun(sensor);

        run.Stop();
    }
}
