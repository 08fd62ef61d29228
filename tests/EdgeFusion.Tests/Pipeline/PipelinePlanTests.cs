using EdgeFusion.Models;
using EdgeFusion.Pipeline;
using EdgeFusion.Sensing;
using static EdgeFusion.Tests.Windowing.TestSensors;

namespace EdgeFusion.Tests.Pipeline;

public sealed class PipelinePlanTests
{
    private static readonly ModelInput Force = VectorInput(100) with { Units = ["N", "N"] };

    [Fact]
    public void Sensors_are_matched_to_inputs_by_modality()
    {
        SensorInfo force = Vector();
        SensorInfo camera = Camera();

        PipelinePlan plan = PipelinePlan.Make(Manifest(CameraInput(5, 2, 4, 5), Force), [force, camera]);

        Assert.Same(camera, plan.Feeds[0]);
        Assert.Same(force, plan.Feeds[1]);
        Assert.Empty(plan.Problems);
    }

    [Fact]
    public void A_wrong_unit_names_both_sides()
    {
        SensorInfo pounds = Vector() with { Layout = VectorLayout.Uniform(2, "f", "lbf") };

        string problem = Assert.Single(PipelinePlan.Make(Manifest(Force), [pounds]).Problems);

        Assert.Contains("element 0 ('f0') is in lbf, the model wants N", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_width_kind_or_rate_is_named()
    {
        string width = Only(Force, Vector(width: 3));
        string kind = Only(Force, Camera() with { Modality = "force" });
        string rate = Only(AudioInput(1_000), Audio(rateHz: 48_000));

        Assert.Contains("it has 3 elements, the model wants 2", width, StringComparison.Ordinal);
        Assert.Contains("it delivers images, the model wants vectors", kind, StringComparison.Ordinal);
        Assert.Contains("it delivers 48000 Hz, the model wants 1000 Hz", rate, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_sensors_of_one_name_and_two_of_one_modality_are_faults()
    {
        PipelinePlan plan = PipelinePlan.Make(Manifest(Force), [Vector(), Vector()]);

        Assert.Contains(plan.Problems, p => p.Contains("two sensors are called 'force'", StringComparison.Ordinal));
        Assert.Contains(plan.Problems, p => p.Contains("both offer modality 'force'", StringComparison.Ordinal));
    }

    [Fact]
    public void A_ring_holds_window_gap_deadline_and_hop_with_a_margin()
    {
        ModelManifest manifest = Manifest(Force);
        SensorInfo force = Vector();

        int capacity = PipelinePlan.Make(manifest, [force]).RingCapacity(manifest, force);

        // 1 s window + 30 ms gap + 50 ms deadline + 100 ms hop at 100 Hz are 118 samples.
        Assert.InRange(capacity, 118 * 1.5, 118 * 2.5);
    }

    private static string Only(ModelInput input, SensorInfo sensor) =>
        Assert.Single(PipelinePlan.Make(Manifest(input), [sensor]).Problems);
}
