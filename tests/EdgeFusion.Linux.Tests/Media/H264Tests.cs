using EdgeFusion.Linux.Media;
using EdgeFusion.Recording;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Sensing;
using EdgeFusion.Testing.Mcap;
using EdgeFusion.Time;

namespace EdgeFusion.Linux.Tests.Media;

/// <summary>Frames as H.264 in recordings, by the real GStreamer.</summary>
public sealed class H264Tests : IDisposable
{
    private const int KeyFrames = 5;
    private static readonly FrameLayout Layout = new(66, 48, PixelFormat.Rgb8);
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [NeedsElementFact("x264enc", "avdec_h264")]
    public void A_frame_comes_back_nearly_as_it_was_by_x264() => ComesBack("x264enc");

    [NeedsElementFact("openh264enc", "avdec_h264")]
    public void A_frame_comes_back_nearly_as_it_was_by_OpenH264() => ComesBack("openh264enc");

    [NeedsElementFact("x264enc")]
    public void Each_frame_is_one_access_unit_and_each_key_frame_brings_its_parameters()
    {
        using var encoder = new H264Encoder(Layout, KeyFrames, 1_000, "x264enc");
        for (int i = 0; i < 3 * KeyFrames; i++)
        {
            byte[] unit = encoder.Encode(Picture(Layout, i)).ToArray();

            // IDR with its parameter sets, or a slice that only looks back (type 1); one picture, no B slices.
            List<int> types = Types(unit);
            Assert.Equal(i % KeyFrames == 0, types.Contains(5));
            Assert.Equal(i % KeyFrames == 0, types.Contains(7) && types.Contains(8));
            Assert.Equal(i % KeyFrames != 0, types.Contains(1));
        }

        encoder.Restart();
        Assert.Contains(5, Types(encoder.Encode(Picture(Layout, 99)).ToArray()));
    }

    [NeedsElementFact("x264enc", "avdec_h264")]
    public void A_recorded_camera_replays_from_its_start_and_from_any_place()
    {
        Record(40);

        using RecordingFeed feed = Open();
        Assert.Empty(feed.Skipped);
        Assert.Equal(Layout, feed.Sensors.Single().Layout);
        var pixels = new byte[Layout.MaxSampleBytes];
        for (int i = 0; i < 40; i++)
        {
            Check(feed, i, pixels);
        }

        Assert.False(feed.TryAdvance(out _, out _));

        // Between two key frames, and back.
        feed.Seek(At(28));
        Check(feed, 28, pixels);
        Check(feed, 29, pixels);
        feed.Seek(At(7));
        Check(feed, 7, pixels);
        Assert.Equal(0, feed.DecodeFailures[0]);
        Assert.Null(feed.FirstFailure);
    }

    [NeedsElementFact("x264enc", "avdec_h264")]
    public void What_was_given_up_costs_no_frame_behind_it()
    {
        using (var encoder = new H264Encoder(Layout, 1_000, 1_000, "x264enc"))
        using (RecordingWriter writer = Writer(encoder))
        {
            int camera = writer.AddSensor(Camera, At(0));
            Write(writer, camera, 0, 3);
            writer.Flush();
            Write(writer, camera, 3, 6);
            Assert.Equal(3, writer.DiscardPending());
            Write(writer, camera, 6, 9);
            writer.Finish();
        }

        using RecordingFeed feed = Open();
        var pixels = new byte[Layout.MaxSampleBytes];
        foreach (int i in (int[])[0, 1, 2, 6, 7, 8])
        {
            Check(feed, i, pixels);
        }

        Assert.Equal(0, feed.DecodeFailures[0]);
    }

    [NeedsElementFact("x264enc")]
    public void The_reader_of_the_formats_authors_agrees()
    {
        Record(20);
        if (OtherReader.Obstacle() is null)
        {
            Assert.Equal(OtherReader.ReadOurs(_file, McapReadOptions.Default), OtherReader.Read(_file));
        }
    }

    [NeedsElementFact("x264enc")]
    public void Without_a_decoder_the_channel_is_named_and_says_what_is_missing()
    {
        Record(2);
        RecordingException fault = Assert.Throws<RecordingException>(
            () => RecordingFeed.Open(_file, new RecordingFeedOptions()));
        Assert.Contains("'/camera' (foxglove_msgs/msg/CompressedVideo)", fault.Message, StringComparison.Ordinal);
        Assert.Contains("no decoder for H.264", fault.Message, StringComparison.Ordinal);
    }

    [NeedsElementFact("avdec_h264")]
    public void Damage_is_a_sentence_and_the_next_key_frame_decodes()
    {
        using var decoder = new H264Decoder(Layout);
        var pixels = new byte[Layout.MaxSampleBytes];
        Assert.Contains(
            "cannot be decoded",
            Assert.Throws<RecordingException>(() => decoder.Decode([0, 0, 0, 1, 0x65, 1, 2, 3], pixels)).Message,
            StringComparison.Ordinal);
    }

    private static SensorInfo Camera => new()
    {
        Name = "camera",
        Modality = "camera",
        Layout = Layout,
        RateHz = 30,
    };

    private static Timestamp At(int frame) => new(1_000_000_000_000 + (frame * 33_333_333L));

    private static void ComesBack(string element)
    {
        foreach (PixelFormat format in new[] { PixelFormat.Rgb8, PixelFormat.Bgr8, PixelFormat.Gray8 })
        {
            FrameLayout layout = Layout with { Format = format };
            using var encoder = new H264Encoder(layout, KeyFrames, 4_000, element);
            using var decoder = new H264Decoder(layout);
            var back = new byte[layout.MaxSampleBytes];
            for (int i = 0; i < 12; i++)
            {
                byte[] pixels = Picture(layout, i);
                decoder.Decode(encoder.Encode(pixels), back);
                Assert.InRange(Distance(pixels, back), 0, 6);
            }
        }
    }

    private static void Check(RecordingFeed feed, int frame, byte[] pixels)
    {
        Assert.True(feed.TryAdvance(out _, out SampleHeader header));
        Assert.Equal((frame, At(frame)), ((int)header.Sequence, header.Capture));
        feed.Fill(pixels);
        Assert.InRange(Distance(Picture(Layout, frame), pixels), 0, 8);
    }

    private static double Distance(byte[] expected, byte[] actual) =>
        expected.Zip(actual, (a, b) => Math.Abs(a - b)).Average();

    /// <summary>Slopes that move, and brightness that tells the frames apart.</summary>
    private static byte[] Picture(FrameLayout layout, int frame)
    {
        var pixels = new byte[layout.MaxSampleBytes];
        for (int i = 0; i < pixels.Length; i++)
        {
            int x = i / layout.Channels % layout.Width;
            pixels[i] = (byte)(40 + (x / 2) + (frame * 37 % 120));
        }

        return pixels;
    }

    private static List<int> Types(byte[] unit)
    {
        var types = new List<int>();
        for (int i = 0; i + 3 < unit.Length; i++)
        {
            if (unit[i] == 0 && unit[i + 1] == 0 && unit[i + 2] == 1)
            {
                types.Add(unit[i + 3] & 0x1F);
            }
        }

        return types;
    }

    private static void Write(RecordingWriter writer, int camera, int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            writer.WriteSample(
                camera, new SampleHeader { Sequence = i, Capture = At(i), Arrival = At(i) }, Picture(Layout, i));
        }
    }

    private RecordingWriter Writer(H264Encoder encoder) => new(
        McapWriter.Create(_file, RecordingWriter.LiveOptions(), overwrite: true), At(0), null,
        info => SampleEncoder.ForVideo(info, encoder));

    private void Record(int frames)
    {
        using var encoder = new H264Encoder(Layout, KeyFrames, 1_000, "x264enc");
        using RecordingWriter writer = Writer(encoder);
        Write(writer, writer.AddSensor(Camera, At(0)), 0, frames);
        writer.Finish();
    }

    private RecordingFeed Open() => RecordingFeed.Open(
        _file, new RecordingFeedOptions { VideoDecoder = static layout => new H264Decoder(layout) });
}
