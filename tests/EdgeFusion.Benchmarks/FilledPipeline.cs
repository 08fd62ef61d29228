using System.Collections.Immutable;
using EdgeFusion.Buffering;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Pipeline;
using EdgeFusion.Sensing;
using EdgeFusion.Time;
using EdgeFusion.Windowing;
using EdgeFusion.Worker.Bench;

namespace EdgeFusion.Benchmarks;

/// <summary>Rings that hold the first two seconds of the bench workload, and the window [1 s, 2 s) on them.</summary>
internal sealed class FilledPipeline : IDisposable
{
    private const long Length = 2 * Timestamp.NanosecondsPerSecond;

    public FilledPipeline()
    {
        var start = new Timestamp(1_000_000_000_000);
        ModelManifest manifest = BenchWorkload.Manifest;
        using var feed = new BenchFeed(start) { EndNanoseconds = Length };
        PipelinePlan plan = PipelinePlan.Make(manifest, feed.Sensors);
        Rings = [.. feed.Sensors.Select(sensor => new SensorRing(sensor, plan.RingCapacity(manifest, sensor)))];
        while (feed.TryAdvance(out int sensor, out SampleHeader header))
        {
            feed.Fill(Rings[sensor].Claim());
            Rings[sensor].Publish(header.Capture, header.Arrival, header.Length, header.Flags);
        }

        Inputs = [.. manifest.Inputs.Select((input, i) => new BoundInput(input, Rings[i], 250_000_000))];
        Arena = new TensorArena(manifest);
        Start = start.AddNanoseconds(Length - manifest.Window.LengthNanoseconds);
        End = start.AddNanoseconds(Length);
        Cut = new WindowCut(Inputs.Length) { Window = 10, Start = Start, End = End, CutTime = End };
        for (int i = 0; i < Inputs.Length; i++)
        {
            Cut.Inputs[i].Bound = Rings[i].Published;
            Cut.Inputs[i].Condition = SensorCondition.Settled;
        }
    }

    public ImmutableArray<SensorRing> Rings { get; }

    public ImmutableArray<BoundInput> Inputs { get; }

    public TensorArena Arena { get; }

    public WindowCut Cut { get; }

    public Timestamp Start { get; }

    public Timestamp End { get; }

    public void Dispose() => Arena.Dispose();
}
