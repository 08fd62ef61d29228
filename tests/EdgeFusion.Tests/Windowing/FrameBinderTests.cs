using EdgeFusion.Buffering;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Sensing;
using EdgeFusion.Windowing.Binding;
using static EdgeFusion.Tests.Windowing.TestSensors;

namespace EdgeFusion.Tests.Windowing;

public sealed class FrameBinderTests
{
    [Fact]
    public void Each_grid_point_takes_the_nearest_frame()
    {
        (byte[] tensor, ModalityState state) = BinderHarness.BindBytes(
            CameraInput(5, 2, 4, rateHz: 5), Camera(), ring =>
            {
                for (int i = 0; i < 30; i++)
                {
                    PutFrame(ring, i * 1_000.0 / 30, (byte)i);
                }
            });

        // Grid: 100, 300, 500, 700, 900 ms = frames 3, 9, 15, 21, 27 of 30 Hz.
        Assert.Equal(1f, state.Coverage);
        Assert.Equal([3, 9, 15, 21, 27], new[] { tensor[0], tensor[24], tensor[48], tensor[72], tensor[96] });
    }

    [Fact]
    public void A_frozen_camera_covers_only_what_lies_near_its_frames()
    {
        (byte[] tensor, ModalityState state) = BinderHarness.BindBytes(
            CameraInput(5, 2, 4, rateHz: 5, maxGapMs: 100), Camera(), ring => PutFrame(ring, 450, 9));

        Assert.Equal(0.2f, state.Coverage, 1e-6f);
        Assert.Equal(450_000_000 + 100_000_000, state.AgeNanoseconds);
        Assert.Equal(0, tensor[0]);
    }

    [Theory]
    [InlineData(4, 2, 4, 2)]
    [InlineData(64, 48, 16, 16)]
    [InlineData(5, 7, 32, 32)]
    [InlineData(33, 21, 8, 3)]
    public void A_flat_image_stays_flat_at_every_size(int fromWidth, int fromHeight, int width, int height)
    {
        var source = new byte[fromWidth * fromHeight * 3];
        Array.Fill(source, (byte)201);
        var target = new byte[width * height * 3];

        new FrameScaler(
            new FrameLayout(fromWidth, fromHeight, PixelFormat.Rgb8), width, height, PixelFormat.Rgb8, FrameFit.Crop)
            .Scale(source, target);

        Assert.All(target, value => Assert.Equal(201, value));
    }

    [Fact]
    public void The_same_size_is_the_same_image()
    {
        var source = new byte[6 * 4 * 3];
        new Random(1).NextBytes(source);
        var target = new byte[source.Length];

        new FrameScaler(new FrameLayout(6, 4, PixelFormat.Rgb8), 6, 4, PixelFormat.Rgb8, FrameFit.Crop)
            .Scale(source, target);

        Assert.Equal(source, target);
    }

    [Fact]
    public void Cropping_keeps_the_centre_and_swaps_channels_where_asked()
    {
        // Three columns: red, green, blue; a square model keeps the middle one.
        var source = new byte[3 * 3];
        source[0] = 255;
        source[4] = 255;
        source[8] = 255;
        var target = new byte[3];

        new FrameScaler(new FrameLayout(3, 1, PixelFormat.Rgb8), 1, 1, PixelFormat.Bgr8, FrameFit.Crop)
            .Scale(source, target);

        Assert.Equal([0, 255, 0], target);
        new FrameScaler(new FrameLayout(1, 1, PixelFormat.Rgb8), 1, 1, PixelFormat.Bgr8, FrameFit.Crop)
            .Scale([10, 20, 30], target);
        Assert.Equal([30, 20, 10], target);
    }

    [Fact]
    public void Grey_is_the_luma_of_colour()
    {
        var target = new byte[1];

        new FrameScaler(new FrameLayout(1, 1, PixelFormat.Rgb8), 1, 1, PixelFormat.Gray8, FrameFit.Crop)
            .Scale([100, 150, 200], target);

        Assert.Equal((byte)Math.Round((0.299 * 100) + (0.587 * 150) + (0.114 * 200)), target[0]);
    }

    [Fact]
    public void Shrinking_averages_instead_of_picking()
    {
        // A checkerboard of single pixels becomes grey, not black or white.
        var source = new byte[32 * 32];
        for (int i = 0; i < source.Length; i++)
        {
            source[i] = (byte)(((i % 32) + (i / 32)) % 2 * 255);
        }

        var target = new byte[16];
        new FrameScaler(new FrameLayout(32, 32, PixelFormat.Gray8), 4, 4, PixelFormat.Gray8, FrameFit.Crop)
            .Scale(source, target);

        Assert.All(target, value => Assert.InRange(value, (byte)120, (byte)136));
    }

    private static void PutFrame(SensorRing ring, double atMs, byte value)
    {
        ring.Claim().Fill(value);
        ring.Publish(At(atMs), At(atMs), ring.SlotBytes, SampleFlags.None);
    }
}
