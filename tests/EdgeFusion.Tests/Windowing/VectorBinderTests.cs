using EdgeFusion.Buffering;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Windowing;
using static EdgeFusion.Tests.Windowing.TestSensors;

namespace EdgeFusion.Tests.Windowing;

public sealed class VectorBinderTests
{
    [Fact]
    public void Samples_on_the_grid_are_copied_bit_for_bit()
    {
        var random = new Random(3);
        float[] values = Filled(200, _ => random.NextSingle());

        (float[] tensor, ModalityState state) = Bind(VectorInput(100), ring =>
        {
            for (int i = 0; i < 100; i++)
            {
                Put(ring, i * 10, values[2 * i], values[(2 * i) + 1]);
            }
        });

        Assert.Equal(values, tensor);
        Assert.Equal(1f, state.Coverage);
        Assert.Equal(100, state.SampleCount);
        Assert.Equal(10_000_000, state.AgeNanoseconds);
    }

    [Fact]
    public void Samples_between_grid_points_are_interpolated_linearly()
    {
        (float[] tensor, _) = Bind(VectorInput(100), ring =>
        {
            for (int i = -1; i < 100; i++)
            {
                double at = (i * 10) + 4;
                Put(ring, at, (float)at, (float)(-2 * at));
            }
        });

        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(i * 10f, tensor[2 * i], 0.001f);
            Assert.Equal(i * -20f, tensor[(2 * i) + 1], 0.002f);
        }
    }

    [Fact]
    public void A_hole_longer_than_the_largest_gap_is_zero_and_not_covered()
    {
        (float[] tensor, ModalityState state) = Bind(VectorInput(100, maxGapMs: 30), ring =>
        {
            for (int i = 0; i < 100; i++)
            {
                if (i is < 40 or >= 60)
                {
                    Put(ring, i * 10, 1, 1);
                }
            }
        });

        // 390 ms is the last sample before the hole, 600 ms the first after: 30 ms on each side are bridged.
        Assert.Equal(1f, tensor[2 * 42]);
        Assert.Equal(0f, tensor[2 * 43]);
        Assert.Equal(0f, tensor[2 * 56]);
        Assert.Equal(1f, tensor[2 * 57]);
        Assert.Equal(0.86f, state.Coverage, 1e-6f);
    }

    [Fact]
    public void Hold_never_takes_a_later_sample()
    {
        (float[] tensor, ModalityState state) = Bind(
            VectorInput(10, rateHz: 10, interpolation: Interpolation.Hold, maxGapMs: 150) with { MinCoverage = 0 },
            ring =>
            {
                Put(ring, 50, 1, 1);
                Put(ring, 401, 2, 2);
            });

        Assert.Equal([0, 1, 1, 0, 0, 2, 0, 0, 0, 0], FirstOfEach(tensor, 2));
        Assert.Equal(0.3f, state.Coverage, 1e-6f);
    }

    [Fact]
    public void Nearest_takes_the_earlier_of_two_at_the_same_distance()
    {
        (float[] tensor, _) = Bind(
            VectorInput(10, rateHz: 10, interpolation: Interpolation.Nearest, maxGapMs: 60) with { MinCoverage = 0 },
            ring =>
            {
                Put(ring, 150, 1, 1);
                Put(ring, 250, 2, 2);
                Put(ring, 310, 3, 3);
            });

        Assert.Equal([0, 1, 1, 3, 0, 0, 0, 0, 0, 0], FirstOfEach(tensor, 2));
    }

    [Fact]
    public void A_sample_at_or_after_the_end_is_never_used()
    {
        (float[] tensor, _) = Bind(VectorInput(10, rateHz: 10, maxGapMs: 500), ring =>
        {
            Put(ring, 850, 1, 1);
            Put(ring, 1_000, 9, 9);
        });

        Assert.Equal(1f, tensor[18]);
    }

    [Fact]
    public void Samples_beyond_the_bound_of_the_cut_are_not_used()
    {
        (float[] tensor, ModalityState state) = Bind(
            VectorInput(100),
            ring =>
            {
                for (int i = 0; i < 100; i++)
                {
                    Put(ring, i * 10, 1, 1);
                }
            },
            bound: 50);

        Assert.Equal(50, state.SampleCount);
        Assert.Equal(1f, tensor[2 * 49]);
        Assert.Equal(0f, tensor[2 * 60]);
    }

    [Fact]
    public void A_masked_modality_leaves_zeros_in_the_tensor()
    {
        (float[] tensor, ModalityState state) = Bind(VectorInput(100), ring =>
        {
            for (int i = 0; i < 20; i++)
            {
                Put(ring, i * 10, 7, 7);
            }
        });

        Assert.Equal(Presence.Missing, state.Presence);
        Assert.All(tensor, value => Assert.Equal(0f, value));
    }

    private static (float[] Tensor, ModalityState State) Bind(
        ModelInput input, Action<SensorRing> fill, long bound = -1) =>
        BinderHarness.Bind(input, Vector(), fill, bound);

    private static float[] FirstOfEach(float[] values, int width) =>
        Filled(values.Length / width, i => values[i * width]);

    private static float[] Filled(int count, Func<int, float> value)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = value(i);
        }

        return values;
    }
}
