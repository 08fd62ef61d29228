using System.Runtime.InteropServices;
using EdgeFusion.Buffering;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Sensing;
using EdgeFusion.Windowing;
using static EdgeFusion.Tests.Windowing.TestSensors;

namespace EdgeFusion.Tests.Windowing;

public sealed class AudioBinderTests
{
    [Fact]
    public void Blocks_on_the_grid_are_copied_sample_for_sample()
    {
        (float[] tensor, ModalityState state) = BinderHarness.Bind(AudioInput(1_000), Audio(), ring =>
        {
            for (int block = -2; block < 100; block++)
            {
                Put(ring, block * 10, Ramp(block * 10, 10));
            }
        });

        Assert.Equal(Ramp(0, 1_000), tensor);
        Assert.Equal(1f, state.Coverage);
        Assert.Equal(0, state.GapFrames);
        Assert.Equal(0, state.AgeNanoseconds);
    }

    [Fact]
    public void A_fraction_of_a_sample_is_interpolated()
    {
        (float[] tensor, _) = BinderHarness.Bind(AudioInput(1_000), Audio(), ring =>
        {
            for (int block = -2; block < 102; block++)
            {
                Put(ring, (block * 10) + 0.25, Ramp((block * 10) + 0.25f, 10));
            }
        });

        // The signal is a ramp in time, so at grid point i it must be i, wherever the frames lie. The last grid point
        // has no frame after it that may be used.
        for (int i = 0; i < 999; i++)
        {
            Assert.Equal(i, tensor[i], 0.01f);
        }
    }

    [Theory]
    [InlineData(50)]
    [InlineData(-50)]
    [InlineData(2_000)]
    [InlineData(-2_000)]
    public void Clock_drift_of_the_device_is_corrected(double ppm)
    {
        double scale = 1 + (ppm * 1e-6);

        (float[] tensor, ModalityState state) = BinderHarness.Bind(AudioInput(1_000), Audio(), ring =>
        {
            for (int block = -2; block < 104; block++)
            {
                var values = new float[10];
                for (int i = 0; i < 10; i++)
                {
                    values[i] = (float)(((block * 10) + i) * scale);
                }

                Put(ring, block * 10 * scale, values);
            }
        });

        Assert.Equal(1f, state.Coverage);
        for (int i = 0; i < 998; i++)
        {
            Assert.Equal(i, tensor[i], 0.02f);
        }
    }

    [Fact]
    public void A_lost_block_is_zero_and_counted()
    {
        (float[] tensor, ModalityState state) = BinderHarness.Bind(AudioInput(1_000), Audio(), ring =>
        {
            for (int block = 0; block < 100; block++)
            {
                if (block is not (30 or 31))
                {
                    Put(ring, block * 10, Ramp((block * 10) + 1, 10));
                }
            }
        });

        // Two frames of slack are held after the last value, the rest of the 20 ms is silence.
        Assert.Equal(18, state.GapFrames);
        Assert.Equal(300f, tensor[299]);
        Assert.Equal(0f, tensor[305]);
        Assert.Equal(321f, tensor[320]);
    }

    [Fact]
    public void A_gap_flag_ends_a_run_even_where_the_stamps_join()
    {
        (float[] joined, _) = BinderHarness.Bind(AudioInput(1_000), Audio(), ring => Jump(ring, SampleFlags.None));
        (float[] cut, _) = BinderHarness.Bind(AudioInput(1_000), Audio(), ring => Jump(ring, SampleFlags.Gap));

        // Between 499 (value 1) and 500.5 (value 3) a joined stream is interpolated, a cut one holds.
        Assert.InRange(joined[500], 1.5f, 2.5f);
        Assert.Equal(1f, cut[500]);
    }

    [Fact]
    public void Sixteen_bit_stereo_is_scaled_and_mixed_to_mono()
    {
        SensorInfo stereo = Audio(channels: 2, format: AudioFormat.Int16);

        (float[] tensor, _) = BinderHarness.Bind(AudioInput(1_000), stereo, ring =>
        {
            for (int block = 0; block < 100; block++)
            {
                var frames = new short[20];
                for (int i = 0; i < 10; i++)
                {
                    frames[2 * i] = 16_384;
                    frames[(2 * i) + 1] = -8_192;
                }

                MemoryMarshal.AsBytes(frames.AsSpan()).CopyTo(ring.Claim());
                ring.Publish(At(block * 10), At(block * 10), 40, SampleFlags.None);
            }
        });

        Assert.All(tensor, value => Assert.Equal(0.125f, value));
    }

    [Fact]
    public void A_slower_stream_is_interpolated_up_to_the_grid()
    {
        (float[] tensor, ModalityState state) = BinderHarness.Bind(
            AudioInput(1_000), Audio(rateHz: 220, block: 22), ring =>
            {
                for (int block = -1; block < 11; block++)
                {
                    var values = new float[22];
                    for (int i = 0; i < 22; i++)
                    {
                        values[i] = (float)((block * 100) + (i * 1_000.0 / 220));
                    }

                    Put(ring, block * 100, values);
                }
            });

        Assert.Equal(1f, state.Coverage, 0.01f);
        for (int i = 0; i < 990; i++)
        {
            Assert.Equal(i, tensor[i], 0.1f);
        }
    }

    [Fact]
    public void Silence_of_the_whole_window_is_missing()
    {
        (_, ModalityState state) = BinderHarness.Bind(
            AudioInput(1_000), Audio(), ring => Put(ring, -500, Ramp(0, 10)));

        Assert.Equal(Presence.Missing, state.Presence);
        Assert.Equal(1_000, state.GapFrames);
    }

    private static void Jump(SensorRing ring, SampleFlags flags)
    {
        for (int block = 0; block < 100; block++)
        {
            bool after = block >= 50;
            var values = new float[10];
            values.AsSpan().Fill(after ? 3 : 1);
            Put(ring, (block * 10) + (after ? 0.5 : 0), block * 10, block == 50 ? flags : SampleFlags.None, values);
        }
    }

    private static float[] Ramp(float first, int count)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = first + i;
        }

        return values;
    }
}
