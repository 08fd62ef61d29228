using System.Collections.Immutable;
using EdgeFusion.Buffering;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Pipeline;
using EdgeFusion.Windowing;
using Xunit;
using static EdgeFusion.Tests.Windowing.TestSensors;

namespace EdgeFusion.Tests.Pipeline;

public sealed class EarlyEncodingTests
{
    private static readonly ModelManifest Model = Manifest(
        VectorInput(100), VectorInput(50, width: 3, rateHz: 50, modality: "joints"));

    private readonly SensorRing _force = new(Vector(), 1_024);
    private readonly SensorRing _joints = new(Vector("joints", 3, 50), 1_024);
    private readonly PreparingEngine _engine = new();
    private readonly WindowAligner _aligner;
    private readonly EarlyEncoding _early;

    public EarlyEncodingTests()
    {
        ImmutableArray<BoundInput> inputs =
        [
            new BoundInput(Model.Inputs[0], _force, 100_000_000), new BoundInput(Model.Inputs[1], _joints, 100_000_000),
        ];
        _aligner = new WindowAligner(new WindowGrid(At(0), Model.Window), inputs, skipWhenBehind: true);
        _early = new EarlyEncoding(_aligner, new TensorBinder(inputs, Model.Window), _engine);
    }

    [Fact]
    public void A_settled_sensor_is_encoded_once_while_the_window_waits()
    {
        FillForce(0, 1_000);
        Put(_joints, 960, 1, 1, 1);

        Assert.False(_early.TryOne(At(999)));
        Assert.True(_early.TryOne(At(1_000)));
        Assert.False(_early.TryOne(At(1_001)));

        Assert.Equal([0], _engine.Prepared);
        Assert.Equal(7, _engine.Arena.Floats(0)[0]);
    }

    [Fact]
    public void The_next_window_begins_anew()
    {
        FillForce(0, 1_200);
        Put(_joints, 960, 1, 1, 1);
        _early.TryOne(At(1_000));
        Assert.True(_aligner.TryCut(At(1_050), new WindowCut(2)));

        Assert.True(_early.TryOne(At(1_100)));

        Assert.Equal([0, 0], _engine.Prepared);
    }

    [Fact]
    public void A_sensor_that_will_not_be_present_is_not_encoded()
    {
        Put(_force, 1_000, 7, 7);
        Put(_joints, 960, 1, 1, 1);

        Assert.False(_early.TryOne(At(1_000)));
        Assert.Empty(_engine.Prepared);
    }

    private void FillForce(double from, double to)
    {
        for (double at = from; at <= to; at += 10)
        {
            Put(_force, at, 7, 7);
        }
    }

    private sealed class PreparingEngine : IInferenceEngine
    {
        public List<int> Prepared { get; } = [];

        public ModelManifest Manifest => Model;

        public EngineInfo Info { get; } = new("fake", "cpu", "fp32", null);

        public TensorArena Arena { get; } = new(Model);

        public bool CanPrepare => true;

        public void Run()
        {
        }

        public void Prepare(int input) => Prepared.Add(input);

        public void Dispose() => Arena.Dispose();
    }
}
