using System.Collections.Immutable;
using System.Runtime.InteropServices;
using EdgeFusion.Buffering;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Sensing;
using EdgeFusion.Windowing;

namespace EdgeFusion.Tests.Windowing;

/// <summary>Binds the window [0 s, 1 s) of one sensor.</summary>
internal static class BinderHarness
{
    public static (float[] Tensor, ModalityState State) Bind(
        ModelInput input, SensorInfo sensor, Action<SensorRing> fill, long bound = -1)
    {
        (byte[] bytes, ModalityState state) = BindBytes(input, sensor, fill, bound);
        return (MemoryMarshal.Cast<byte, float>(bytes).ToArray(), state);
    }

    public static (byte[] Tensor, ModalityState State) BindBytes(
        ModelInput input, SensorInfo sensor, Action<SensorRing> fill, long bound = -1)
    {
        ModelManifest manifest = TestSensors.Manifest(input);
        var ring = new SensorRing(sensor, 4_096);
        fill(ring);
        ImmutableArray<BoundInput> inputs = [new BoundInput(input, ring, 100_000_000)];
        var binder = new TensorBinder(inputs, manifest.Window);
        using var arena = new TensorArena(manifest);
        var states = new ModalityState[1];
        var cut = new WindowCut(1) { Start = TestSensors.At(0), End = TestSensors.At(1_000) };
        cut.Inputs[0].Bound = bound < 0 ? ring.Published : bound;
        cut.Inputs[0].Condition = SensorCondition.Settled;

        binder.Bind(cut, arena, states);

        return (arena.Bytes(0).ToArray(), states[0]);
    }
}
