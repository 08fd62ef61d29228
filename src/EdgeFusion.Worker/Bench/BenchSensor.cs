using EdgeFusion.Sensing;

namespace EdgeFusion.Worker.Bench;

/// <summary>One sensor of the bench workload at real pace, behind a <see cref="BenchDriver"/>.</summary>
internal sealed class BenchSensor(int index, BenchDriver driver) : ISensor
{
    public SensorInfo Info => BenchWorkload.Sensors[index];

    public void Capture(SampleSink sink, CancellationToken stopping) => driver.Capture(index, sink, stopping);

    public void Dispose()
    {
    }
}
