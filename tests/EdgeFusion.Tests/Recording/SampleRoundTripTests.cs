using System.Buffers;
using System.Runtime.InteropServices;
using EdgeFusion.Recording;
using EdgeFusion.Sensing;
using EdgeFusion.Time;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace EdgeFusion.Tests.Recording;

public sealed class SampleRoundTripTests
{
    private static readonly Timestamp Capture = new(1_700_000_000_123_456_789);

    public static TheoryData<string, string> Sensors => new()
    {
        { "rgb8", "sensor_msgs/msg/Image" },
        { "gray8", "sensor_msgs/msg/Image" },
        { "s16le", "audio_common_msgs/msg/AudioDataStamped" },
        { "f32le", "audio_common_msgs/msg/AudioDataStamped" },
        { "wrench", "geometry_msgs/msg/WrenchStamped" },
        { "imu6", "sensor_msgs/msg/Imu" },
        { "imu10", "sensor_msgs/msg/Imu" },
        { "joints", "sensor_msgs/msg/JointState" },
        { "effort", "sensor_msgs/msg/JointState" },
        { "mixed", "std_msgs/msg/Float32MultiArray" },
        { "uneven", "std_msgs/msg/Float32MultiArray" },
    };

    [Theory]
    [MemberData(nameof(Sensors))]
    public void A_sample_comes_back_bit_for_bit(string sensor, string schema)
    {
        SensorInfo info = Sensor(sensor);
        SampleEncoder encoder = SampleEncoder.For(info);
        SampleDecoder decoder = SampleDecoder.For(encoder.Channel, default);
        byte[] payload = Payload(info.Layout, new Random(7));
        byte[] message = new byte[encoder.MaxMessageBytes];
        byte[] slot = new byte[info.Layout.MaxSampleBytes];

        int length = encoder.Encode(Header(payload.Length), payload, message);
        int written = decoder.Decode(message.AsSpan(0, length), Capture, slot, out Timestamp capture);

        Assert.Equal(schema, encoder.Channel.SchemaName);
        Assert.Equal(info, decoder.Info);
        Assert.False(decoder.IsForeign);
        Assert.Equal(Capture, capture);
        Assert.Equal(payload, slot[..written]);
    }

    [Theory]
    [MemberData(nameof(Sensors))]
    public void Without_our_metadata_the_layout_comes_from_the_type_and_the_first_message(string sensor, string schema)
    {
        SensorInfo info = Sensor(sensor);
        SampleEncoder encoder = SampleEncoder.For(info);
        byte[] payload = Payload(info.Layout, new Random(8));
        byte[] message = new byte[encoder.MaxMessageBytes];
        int length = encoder.Encode(Header(payload.Length), payload, message);
        byte[] slot = new byte[info.Layout.MaxSampleBytes];
        ChannelDescription foreign = encoder.Channel with
        {
            Metadata = encoder.Channel.Metadata.Clear(),
            SchemaName = schema.Replace("/msg/", "/", StringComparison.Ordinal),
        };

        SampleDecoder decoder = SampleDecoder.For(
            foreign, message.AsSpan(0, length), new SampleDecoderOptions { AudioInfo = encoder.InfoMessage });
        int written = decoder.Decode(message.AsSpan(0, length), new Timestamp(5), slot, out Timestamp capture);

        Assert.True(decoder.IsForeign);
        Assert.Equal(info.Name, decoder.Info.Name);
        Assert.Equal(payload, slot[..written]);
        Assert.Equal(schema.StartsWith("std_msgs", StringComparison.Ordinal) ? new Timestamp(5) : Capture, capture);
        if (sensor is "rgb8" or "gray8" or "wrench" or "imu6" or "imu10" or "joints" or "effort")
        {
            Assert.Equal(info.Layout, decoder.Info.Layout);
        }
    }

    [Fact]
    public void Any_finite_vector_comes_back_bit_for_bit()
    {
        SampleEncoder encoder = SampleEncoder.For(Sensor("joints"));
        SampleDecoder decoder = SampleDecoder.For(encoder.Channel, default);
        byte[] message = new byte[encoder.MaxMessageBytes];
        byte[] slot = new byte[encoder.Info.Layout.MaxSampleBytes];
        Prop.ForAll<int[]>(bits =>
        {
            int[] payload = new int[slot.Length / sizeof(int)];
            for (int i = 0; i < payload.Length; i++)
            {
                int value = bits.Length == 0 ? 0 : unchecked(bits[i % bits.Length] * (int)2654435761);
                payload[i] = float.IsFinite(BitConverter.Int32BitsToSingle(value)) ? value : 0;
            }

            int length = encoder.Encode(Header(slot.Length), MemoryMarshal.AsBytes<int>(payload), message);
            decoder.Decode(message.AsSpan(0, length), Capture, slot, out _);
            return MemoryMarshal.AsBytes<int>(payload).SequenceEqual(slot);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [MemberData(nameof(Sensors))]
    public void Encoding_and_decoding_allocate_nothing(string sensor, string schema)
    {
        SensorInfo info = Sensor(sensor);
        SampleEncoder encoder = SampleEncoder.For(info);
        SampleDecoder decoder = SampleDecoder.For(encoder.Channel, default);
        byte[] payload = Payload(info.Layout, new Random(9));
        byte[] message = new byte[encoder.MaxMessageBytes];
        byte[] slot = new byte[info.Layout.MaxSampleBytes];
        SampleHeader header = Header(payload.Length);

        // A collection on another thread can move the counter, so the best of some rounds counts.
        long least = long.MaxValue;
        for (int round = 0; round < 10; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                int length = encoder.Encode(header, payload, message);
                decoder.Decode(message.AsSpan(0, length), Capture, slot, out _);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
        Assert.NotEmpty(schema);
    }

    [Fact]
    public void Encoding_into_a_buffer_writer_gives_the_same_bytes()
    {
        SampleEncoder encoder = SampleEncoder.For(Sensor("wrench"));
        byte[] payload = Payload(encoder.Info.Layout, new Random(1));
        byte[] message = new byte[encoder.MaxMessageBytes];
        var buffer = new ArrayBufferWriter<byte>();

        int length = encoder.Encode(Header(payload.Length), payload, message);
        encoder.Encode(Header(payload.Length), payload, buffer);

        Assert.Equal(message[..length], buffer.WrittenSpan.ToArray());
    }

    private static SampleHeader Header(int length) => new() { Capture = Capture, Arrival = Capture, Length = length };

    private static SensorInfo Sensor(string kind) => new()
    {
        Name = "s." + kind,
        Modality = "any",
        RateHz = 50.5,
        Jitter = 0.125,
        FramesPerBlock = kind is "s16le" or "f32le" ? 4 : 1,
        Layout = kind switch
        {
            "rgb8" => new FrameLayout(3, 2, PixelFormat.Rgb8),
            "gray8" => new FrameLayout(5, 1, PixelFormat.Gray8),
            "s16le" => new AudioLayout(2, AudioFormat.Int16, 4),
            "f32le" => new AudioLayout(1, AudioFormat.Float32, 4),
            "wrench" => Vector(["fx", "fy", "fz", "tx", "ty", "tz"], ["N", "N", "N", "Nm", "Nm", "Nm"]),
            "imu6" => Vector(["wx", "wy", "wz", "ax", "ay", "az"], ImuUnits[..6]),
            "imu10" => Vector(["wx", "wy", "wz", "ax", "ay", "az", "qx", "qy", "qz", "qw"], ImuUnits),
            "joints" => Vector(
                ["q_a", "q_bb", "dq_a", "dq_bb", "tau_a", "tau_bb"], ["rad", "rad", "rad/s", "rad/s", "Nm", "Nm"]),
            "effort" => Vector(["tau_1", "tau_2"], ["Nm", "Nm"]),
            "mixed" => Vector(["q_1", "x"], ["rad", "1"]),
            _ => Vector(["q_1", "q_2", "dq_1"], ["rad", "rad", "rad/s"]),
        },
    };

    private static string[] ImuUnits =>
        ["rad/s", "rad/s", "rad/s", "m/s^2", "m/s^2", "m/s^2", "1", "1", "1", "1"];

    private static VectorLayout Vector(string[] elements, string[] units) => new([.. elements], [.. units]);

    private static byte[] Payload(SampleLayout layout, Random random)
    {
        byte[] payload = new byte[layout.MaxSampleBytes];
        if (layout is FrameLayout or AudioLayout { Format: AudioFormat.Int16 })
        {
            random.NextBytes(payload);
            return payload;
        }

        Span<float> values = MemoryMarshal.Cast<byte, float>(payload.AsSpan());
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-20, 20)));
        }

        return payload;
    }
}
