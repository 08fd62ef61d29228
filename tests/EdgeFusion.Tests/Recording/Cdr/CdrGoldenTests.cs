using EdgeFusion.Recording.Cdr;
using Xunit;

namespace EdgeFusion.Tests.Recording.Cdr;

/// <summary>Bytes laid out by hand from the rules of XCDR1: alignment counts from byte 4.</summary>
public sealed class CdrGoldenTests
{
    [Fact]
    public void A_wrench_in_little_endian_has_the_bytes_laid_out_by_hand()
    {
        string expected = "00010000"     // little endian
            + "01f15365" + "02000000"    // sec 1700000001 = 0x6553f101, nanosec 2
            + "02000000" + "7700" + "0000" // "w" with NUL, then padding from 18 to 20
            + "000000000000f03f" + "0000000000000040" + "0000000000000840"
            + "0000000000001040" + "0000000000001440" + "0000000000001a40";

        byte[] message = GoldenMessages.Write("wrench", isBigEndian: false);

        Assert.Equal(expected, Convert.ToHexStringLower(message));
    }

    [Fact]
    public void A_wrench_in_big_endian_has_the_bytes_laid_out_by_hand()
    {
        string expected = "00000000"
            + "6553f101" + "00000002" + "00000002" + "7700" + "0000"
            + "3ff0000000000000" + "4000000000000000" + "4008000000000000"
            + "4010000000000000" + "4014000000000000" + "401a000000000000";

        byte[] message = GoldenMessages.Write("wrench", isBigEndian: true);

        Assert.Equal(expected, Convert.ToHexStringLower(message));
    }

    [Fact]
    public void A_joint_state_aligns_names_to_four_and_numbers_to_eight_but_not_an_empty_sequence()
    {
        string expected = "00010000"
            + "01f15365" + "02000000" + "04000000" + "61726d00" // frame "arm"
            + "02000000"                                        // two names
            + "02000000" + "6100" + "0000"                      // "a", padding 30 to 32
            + "03000000" + "626200" + "00"                      // "bb", padding 39 to 40
            + "02000000" + "000000000000f03f" + "0000000000000040" // positions start at 44 = 4 + 5 * 8
            + "00000000"                                        // no velocities, no alignment
            + "02000000" + "0000000000000840" + "0000000000001040";

        byte[] message = GoldenMessages.Write("joints", isBigEndian: false);

        Assert.Equal(expected, Convert.ToHexStringLower(message));
    }

    [Fact]
    public void An_image_has_the_bytes_laid_out_by_hand()
    {
        string expected = "00010000" + "01f15365" + "02000000" + "04000000" + "63616d00"
            + "02000000" + "01000000"           // height 2, width 1
            + "05000000" + "7267623800"         // "rgb8" with NUL: ends at 37
            + "00" + "0000"                     // is_bigendian, padding 38 to 40
            + "03000000" + "06000000" + "010203040506";

        byte[] message = GoldenMessages.Write("image", isBigEndian: false);

        Assert.Equal(expected, Convert.ToHexStringLower(message));
    }

    [Fact]
    public void An_audio_info_aligns_the_rate_after_one_byte_of_channels()
    {
        string expected = "00010000" + "02" + "000000" + "803e0000" + "06000000" + "5331364c4500" + "0000"
            + "00020000" + "05000000" + "7761766500";

        byte[] message = GoldenMessages.Write("info", isBigEndian: false);

        Assert.Equal(expected, Convert.ToHexStringLower(message));
    }

    [Fact]
    public void A_float_array_has_one_dimension()
    {
        string expected = "00010000" + "01000000" + "02000000" + "7600" + "0000" + "02000000" + "02000000"
            + "00000000" + "02000000" + "0000c03f" + "000000c0";

        byte[] message = GoldenMessages.Write("array", isBigEndian: false);

        Assert.Equal(expected, Convert.ToHexStringLower(message));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fields_come_back_in_both_byte_orders(bool isBigEndian)
    {
        ImageMessage image = ImageMessage.Read(GoldenMessages.Write("image", isBigEndian));
        JointStateMessage joints = JointStateMessage.Read(GoldenMessages.Write("joints", isBigEndian));
        ImuMessage imu = ImuMessage.Read(GoldenMessages.Write("imu", isBigEndian));
        AudioInfoMessage info = AudioInfoMessage.Read(GoldenMessages.Write("info", isBigEndian));
        Float32MultiArrayMessage array = Float32MultiArrayMessage.Read(GoldenMessages.Write("array", isBigEndian));

        Assert.Equal(GoldenMessages.Stamp, image.Stamp);
        Assert.Equal((2u, 1u, 3u), (image.Height, image.Width, image.Step));
        Assert.Equal([1, 2, 3, 4, 5, 6], image.Data.ToArray());
        Assert.Equal(2, joints.NameCount);
        Assert.Equal((2, 0, 2), (joints.Position.Count, joints.Velocity.Count, joints.Effort.Count));
        Assert.Equal((2.0, 4.0), (joints.Position[1], joints.Effort[1]));
        Assert.False(imu.HasOrientation);
        Assert.Equal((3.0, 6.0), (imu.AngularVelocity[2], imu.LinearAcceleration[2]));
        Assert.Equal((2, 16000u, 512u), (info.Channels, info.SampleRate, info.Bitrate));
        Assert.Equal("wave"u8.ToArray(), info.CodingFormat.ToArray());
        Assert.Equal((1.5, -2.0), (array.Data[0], array.Data[1]));
    }

    [Fact]
    public void Each_type_has_a_schema_text_that_defines_every_type_it_uses()
    {
        string[] types =
        [
            ImageMessage.TypeName, CompressedImageMessage.TypeName, ImuMessage.TypeName, JointStateMessage.TypeName,
            WrenchStampedMessage.TypeName, AudioDataMessage.TypeName, AudioDataMessage.StampedTypeName,
            AudioInfoMessage.TypeName, Float32MultiArrayMessage.TypeName,
        ];

        foreach (string type in types)
        {
            string text = RosSchemas.Text(type);
            foreach (string line in text.Split('\n'))
            {
                string used = line.Split(' ')[0].TrimEnd('[', ']', '9');
                if (used.Contains('/') && !line.StartsWith("MSG:", StringComparison.Ordinal))
                {
                    Assert.Contains($"MSG: {used}\n", text, StringComparison.Ordinal);
                }
            }
        }
    }
}
