using System.Collections.Immutable;
using System.Runtime.InteropServices;
using EdgeFusion.Recording;
using EdgeFusion.Recording.Cdr;
using EdgeFusion.Sensing;
using EdgeFusion.Tests.Recording.Cdr;
using EdgeFusion.Time;
using Xunit;

namespace EdgeFusion.Tests.Recording;

public sealed class SampleDecoderTests
{
    [Fact]
    public void Joints_are_mapped_by_name_whatever_their_order()
    {
        SampleDecoder decoder = SampleDecoder.For(
            Channel(JointStateMessage.TypeName), Joints(["a", "b"], [1, 2], [], [3, 4]));
        byte[] later = Joints(["x", "b", "a"], [9, 20, 10], [7, 7, 7], [9, 40, 30]);

        float[] values = Decode(decoder, later);

        Assert.Equal(["q_a", "q_b", "tau_a", "tau_b"], ((VectorLayout)decoder.Info.Layout).Elements.ToArray());
        Assert.Equal(["rad", "rad", "Nm", "Nm"], ((VectorLayout)decoder.Info.Layout).Units.ToArray());
        Assert.Equal([10, 20, 30, 40], values);
    }

    [Fact]
    public void A_message_that_lacks_a_joint_is_refused_and_the_next_one_is_not()
    {
        byte[] first = Joints(["a", "b"], [1, 2], [], []);
        SampleDecoder decoder = SampleDecoder.For(Channel(JointStateMessage.TypeName), first);

        var fault = Assert.Throws<RecordingException>(() => Decode(decoder, Joints(["a"], [1], [], [])));

        Assert.Contains("/topic", fault.Message, StringComparison.Ordinal);
        Assert.Contains("'b'", fault.Message, StringComparison.Ordinal);
        Assert.Equal([1, 2], Decode(decoder, first));
    }

    [Fact]
    public void An_effort_that_is_all_NaN_at_first_counts_as_missing()
    {
        SampleDecoder decoder = SampleDecoder.For(
            Channel(JointStateMessage.TypeName), Joints(["a", "b"], [1, 2], [], [double.NaN, double.NaN]));

        Assert.Equal(["q_a", "q_b"], ((VectorLayout)decoder.Info.Layout).Elements.ToArray());
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(1e300)]
    [InlineData(double.NegativeInfinity)]
    public void A_number_that_is_not_a_finite_float_is_refused_by_topic_and_field(double value)
    {
        byte[] first = Joints(["a"], [1], [], []);
        SampleDecoder decoder = SampleDecoder.For(Channel(JointStateMessage.TypeName), first);

        var fault = Assert.Throws<RecordingException>(() => Decode(decoder, Joints(["a"], [value], [], [])));

        Assert.Contains("/topic", fault.Message, StringComparison.Ordinal);
        Assert.Contains("position[0]", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ros3", "sensor_msgs/Image", "'ros3'")]
    [InlineData("protobuf", "foxglove.RawImage", "'protobuf'")]
    [InlineData("cdr", "nav_msgs/msg/Odometry", "'nav_msgs/msg/Odometry'")]
    public void An_unsupported_channel_is_refused_by_name_with_what_is_supported(
        string encoding, string schema, string named)
    {
        ChannelDescription channel = Channel(schema) with { MessageEncoding = encoding };

        var fault = Assert.Throws<RecordingException>(() => SampleDecoder.For(channel, default));

        Assert.Contains(named, fault.Message, StringComparison.Ordinal);
        Assert.Contains("supported are", fault.Message, StringComparison.Ordinal);
        Assert.Equal(fault.Message, SampleDecoder.WhyUnsupported(channel));
    }

    [Fact]
    public void An_image_with_padded_rows_comes_out_without_the_padding()
    {
        byte[] message = Image("mono8"u8, width: 2, height: 2, step: 4, [1, 2, 0, 0, 3, 4]);
        SampleDecoder decoder = SampleDecoder.For(Channel(ImageMessage.TypeName), message);
        byte[] slot = new byte[4];

        decoder.Decode(message, default, slot, out _);

        Assert.Equal([1, 2, 3, 4], slot);
    }

    [Fact]
    public void An_image_in_an_unsupported_format_is_refused_by_its_name()
    {
        byte[] message = Image("rgba16"u8, 1, 1, 8, new byte[8]);

        var fault = Assert.Throws<RecordingException>(
            () => SampleDecoder.For(Channel(ImageMessage.TypeName), message));

        Assert.Contains("'rgba16'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_of_absurd_size_is_refused_before_anything_is_allocated()
    {
        byte[] message = Image("rgb8"u8, uint.MaxValue, uint.MaxValue, 0, []);

        var fault = Assert.Throws<RecordingException>(
            () => SampleDecoder.For(Channel(ImageMessage.TypeName), message));

        Assert.Contains("'width'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_that_changes_its_size_is_refused()
    {
        SampleDecoder decoder = SampleDecoder.For(
            Channel(ImageMessage.TypeName), Image("mono8"u8, 2, 1, 2, [1, 2]));

        Assert.Throws<RecordingException>(
            () => decoder.Decode(Image("mono8"u8, 1, 2, 1, [1, 2]), default, new byte[2], out _));
    }

    [Fact]
    public void Audio_without_its_info_is_refused_with_the_topic_to_record()
    {
        var fault = Assert.Throws<RecordingException>(() => SampleDecoder.For(
            Channel(AudioDataMessage.TypeName), GoldenMessages.Write("audio", isBigEndian: false)));

        Assert.Contains("'/topic/info'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Audio_without_a_stamp_began_its_own_duration_before_it_was_published()
    {
        byte[] message = new byte[64];
        int length = new AudioDataMessage { Data = new byte[32] }.Write(message);
        byte[] info = GoldenMessages.Write("info", isBigEndian: true);

        SampleDecoder decoder = SampleDecoder.For(
            Channel(AudioDataMessage.TypeName), message.AsSpan(0, length),
            new SampleDecoderOptions { AudioInfo = info });
        decoder.Decode(message.AsSpan(0, length), new Timestamp(1_000_000_000), new byte[256], out Timestamp capture);

        // 32 bytes are 8 frames of two 16-bit channels: 0.5 ms at 16 kHz.
        Assert.Equal(new Timestamp(999_500_000), capture);
        Assert.Equal(new AudioLayout(2, AudioFormat.Int16, 32), decoder.Info.Layout);
        Assert.Equal(8, decoder.Info.FramesPerBlock);
        Assert.Equal(16000, decoder.Info.RateHz);
    }

    [Fact]
    public void A_topic_can_be_given_another_modality_and_its_measured_rate()
    {
        var options = new SampleDecoderOptions
        {
            Modalities = ImmutableDictionary<string, string>.Empty.Add("/topic", "tactile"),
            MessageRateHz = 12.5,
        };

        SampleDecoder decoder = SampleDecoder.For(
            Channel(Float32MultiArrayMessage.TypeName), GoldenMessages.Write("array", isBigEndian: true), options);

        Assert.Equal(("tactile", 12.5), (decoder.Info.Modality, decoder.Info.RateHz));
    }

    [Fact]
    public void Damaged_layout_metadata_is_refused_by_topic_and_key()
    {
        ChannelDescription channel = Channel(ImageMessage.TypeName) with
        {
            Metadata = ImmutableSortedDictionary<string, string>.Empty
                .Add(ChannelLayout.ModalityKey, "camera")
                .Add(ChannelLayout.LayoutKey, """{"kind":"frames","width":-1,"height":1,"pixel_format":"rgb8"}"""),
        };

        var fault = Assert.Throws<RecordingException>(() => SampleDecoder.For(channel, default));

        Assert.Contains("/topic", fault.Message, StringComparison.Ordinal);
        Assert.Contains(ChannelLayout.LayoutKey, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/camera/image raw", "camera.image_raw")]
    [InlineData("/wrist", "wrist")]
    [InlineData("/", "unnamed")]
    public void Any_topic_gives_a_legal_sensor_name(string topic, string name) =>
        Assert.Equal(name, ChannelLayout.SensorName(topic));

    [Theory]
    [InlineData("image")]
    [InlineData("joints")]
    [InlineData("imu")]
    [InlineData("wrench")]
    [InlineData("array")]
    public void A_message_cut_at_any_byte_is_refused_by_the_decoder(string kind)
    {
        byte[] message = GoldenMessages.Write(kind, isBigEndian: false);
        string type = kind switch
        {
            "image" => ImageMessage.TypeName,
            "joints" => JointStateMessage.TypeName,
            "imu" => ImuMessage.TypeName,
            "wrench" => WrenchStampedMessage.TypeName,
            _ => Float32MultiArrayMessage.TypeName,
        };
        SampleDecoder decoder = SampleDecoder.For(Channel(type), message);
        byte[] slot = new byte[decoder.Info.Layout.MaxSampleBytes];

        for (int length = 0; length < message.Length; length++)
        {
            byte[] cut = message[..length];
            Assert.Throws<RecordingException>(() => decoder.Decode(cut, default, slot, out _));
        }
    }

    private static ChannelDescription Channel(string schema) => new()
    {
        Topic = "/topic",
        MessageEncoding = "cdr",
        SchemaName = schema,
        SchemaEncoding = "ros2msg",
        SchemaText = default,
    };

    private static float[] Decode(SampleDecoder decoder, byte[] message)
    {
        byte[] slot = new byte[decoder.Info.Layout.MaxSampleBytes];
        int length = decoder.Decode(message, default, slot, out _);
        return MemoryMarshal.Cast<byte, float>(slot.AsSpan(0, length)).ToArray();
    }

    private static byte[] Joints(string[] names, double[] position, double[] velocity, double[] effort)
    {
        byte[] buffer = new byte[512];
        return buffer[..GoldenMessages.WriteJoints(buffer, false, names, position, velocity, effort)];
    }

    private static byte[] Image(ReadOnlySpan<byte> encoding, uint width, uint height, uint step, byte[] data)
    {
        byte[] buffer = new byte[512];
        var image = new ImageMessage
        {
            Width = width,
            Height = height,
            Encoding = encoding,
            Step = step,
            Data = data,
        };
        return buffer[..image.Write(buffer, "cam"u8)];
    }
}
