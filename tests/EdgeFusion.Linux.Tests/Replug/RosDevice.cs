using EdgeFusion.Sensing;
using EdgeFusion.Simulator.Devices;
using EdgeFusion.Simulator.Ros;
using EdgeFusion.Time;

namespace EdgeFusion.Linux.Tests.Replug;

/// <summary>A bridge that publishes a wrench a hundred times a second.</summary>
internal sealed class RosDevice : IDeviceSimulation
{
    public static readonly SensorInfo Wrist = new()
    {
        Name = "wrist",
        Modality = "force",
        Layout = new VectorLayout(["fx", "fy", "fz", "tx", "ty", "tz"], ["N", "N", "N", "Nm", "Nm", "Nm"]),
        RateHz = 100,
    };

    private readonly RosSimulation _simulation;

    public RosDevice(FoxgloveServer server, PipelineClock clock) =>
        _simulation = RosSimulation.On(server, new Wrenches(clock), clock);

    public RosDevice(RosbridgeServer server, PipelineClock clock) =>
        _simulation = RosSimulation.On(server, new Wrenches(clock), clock);

    public void Run(CancellationToken stopping) => _simulation.Run(stopping);

    private sealed class Wrenches(PipelineClock clock) : ISampleFeed
    {
        private Timestamp _at = clock.Now;

        public IReadOnlyList<SensorInfo> Sensors { get; } = [Wrist];

        public bool TryAdvance(out int sensor, out SampleHeader header)
        {
            sensor = 0;
            _at = _at.AddNanoseconds(Wrist.PeriodNanoseconds);
            header = new SampleHeader { Capture = _at, Arrival = _at, Length = Wrist.Layout.MaxSampleBytes };
            return true;
        }

        public void Fill(Span<byte> payload) => payload.Clear();

        public void Dispose()
        {
        }
    }
}
