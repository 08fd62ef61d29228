using EdgeFusion.Linux.Images;
using EdgeFusion.Recording;
using EdgeFusion.Sensing;
using EdgeFusion.Testing;
using EdgeFusion.Time;

namespace EdgeFusion.Linux.Tests.Images;

public sealed class TurboJpegEncoderTests
{
    [NeedsLibraryFact("libturbojpeg.so.0")]
    public void A_frame_comes_back_nearly_as_it_was()
    {
        foreach (PixelFormat format in new[] { PixelFormat.Rgb8, PixelFormat.Bgr8, PixelFormat.Gray8 })
        {
            var layout = new FrameLayout(64, 48, format);
            byte[] pixels = Ramp(layout);
            using var encoder = new TurboJpegEncoder(95);
            var jpeg = new byte[encoder.MaxBytes(layout)];
            int bytes = encoder.Encode(layout, pixels, jpeg);

            using var decoder = new LinuxImageDecoder();
            var back = new byte[pixels.Length];
            decoder.Decode(ImageFileHeader.Read(jpeg.AsSpan(0, bytes), "test"), jpeg.AsSpan(0, bytes), layout, back);

            Assert.True(bytes < pixels.Length);
            Assert.All(pixels.Zip(back), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 12));
        }
    }

    [NeedsLibraryFact("libturbojpeg.so.0")]
    public void A_recorded_frame_is_a_message_that_replays()
    {
        var info = new SensorInfo
        {
            Name = "camera",
            Modality = "camera",
            Layout = new FrameLayout(32, 16, PixelFormat.Rgb8),
            RateHz = 30,
        };
        using var images = new TurboJpegEncoder();
        SampleEncoder encoder = SampleEncoder.ForFrames(info, images);
        byte[] pixels = Ramp((FrameLayout)info.Layout);
        var message = new byte[encoder.MessageBytes(pixels.Length)];
        encoder.Encode(new SampleHeader { Capture = new Timestamp(5) }, pixels, message);

        long before = GC.GetAllocatedBytesForCurrentThread();
        int bytes = encoder.Encode(new SampleHeader { Capture = new Timestamp(5) }, pixels, message);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        using var decoder = new LinuxImageDecoder();
        SampleDecoder back = SampleDecoder.For(
            encoder.Channel, message.AsSpan(0, bytes).ToArray(), new SampleDecoderOptions { ImageDecoder = decoder });
        var decoded = new byte[pixels.Length];
        Assert.Equal(
            pixels.Length, back.Decode(message.AsSpan(0, bytes), new Timestamp(9), decoded, out Timestamp capture));
        Assert.Equal((0, new Timestamp(9)), (allocated, capture));
    }

    private static byte[] Ramp(FrameLayout layout)
    {
        var pixels = new byte[layout.MaxSampleBytes];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)(i / layout.Channels * 255 / (layout.Width * layout.Height));
        }

        return pixels;
    }
}
