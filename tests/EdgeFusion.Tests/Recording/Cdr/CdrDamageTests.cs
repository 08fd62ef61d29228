using System.Text;
using EdgeFusion.Recording.Cdr;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace EdgeFusion.Tests.Recording.Cdr;

public sealed class CdrDamageTests
{
    [Theory]
    [MemberData(nameof(GoldenMessages.All), MemberType = typeof(GoldenMessages))]
    public void A_message_cut_at_any_byte_is_refused_and_a_whole_one_is_not(string kind, bool isBigEndian)
    {
        byte[] message = GoldenMessages.Write(kind, isBigEndian);

        GoldenMessages.Read(kind, message);
        for (int length = 0; length < message.Length; length++)
        {
            byte[] cut = message[..length];
            Assert.Throws<RecordingException>(() => GoldenMessages.Read(kind, cut));
        }
    }

    [Theory]
    [MemberData(nameof(GoldenMessages.All), MemberType = typeof(GoldenMessages))]
    public void Any_four_bytes_replaced_by_a_huge_number_never_read_past_the_message(string kind, bool isBigEndian)
    {
        byte[] message = GoldenMessages.Write(kind, isBigEndian);
        foreach (uint value in new uint[] { uint.MaxValue, int.MaxValue, 0x8000_0000u, 0x2000_0000u, 1u << 16 })
        {
            for (int at = 0; at + 4 <= message.Length; at++)
            {
                byte[] damaged = [.. message];
                GoldenMessages.UInt32(value, isBigEndian).CopyTo(damaged, at);

                Exception? fault = Record.Exception(() => GoldenMessages.Read(kind, damaged));

                Assert.True(fault is null or RecordingException, $"{kind} at {at}: {fault}");
            }
        }
    }

    [Fact]
    public void Random_bytes_give_a_message_or_a_recording_error_and_nothing_else()
    {
        string[] kinds = ["image", "compressed", "imu", "joints", "wrench", "audio", "stamped", "info", "array"];
        Prop.ForAll<byte[], bool>((bytes, isBigEndian) =>
        {
            byte[] message = [0, (byte)(isBigEndian ? 0 : 1), 0, 0, .. bytes];
            return kinds.All(kind => Record.Exception(() => GoldenMessages.Read(kind, message))
                is null or RecordingException);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void An_error_names_type_field_and_offset()
    {
        byte[] message = GoldenMessages.Write("image", isBigEndian: false)[..^1];

        var fault = Assert.Throws<RecordingException>(() => GoldenMessages.Read("image", message));

        Assert.Contains("sensor_msgs/msg/Image", fault.Message, StringComparison.Ordinal);
        Assert.Contains("'data'", fault.Message, StringComparison.Ordinal);
        Assert.Contains("byte 48", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_encapsulation_is_refused_by_its_number()
    {
        byte[] message = GoldenMessages.Write("wrench", isBigEndian: false);
        message[1] = 7;

        var fault = Assert.Throws<RecordingException>(() => GoldenMessages.Read("wrench", message));

        Assert.Contains("00 07", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stamp_with_more_than_a_second_of_nanoseconds_is_refused()
    {
        byte[] message = GoldenMessages.Write("wrench", isBigEndian: false);
        GoldenMessages.UInt32(1_000_000_000, isBigEndian: false).CopyTo(message, 8);

        var fault = Assert.Throws<RecordingException>(() => GoldenMessages.Read("wrench", message));

        Assert.Contains("nanosec", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Joint_arrays_of_another_length_than_the_names_are_refused()
    {
        byte[] buffer = new byte[256];
        int length = GoldenMessages.WriteJoints(buffer, false, ["a", "b"], [1], [], []);

        var fault = Assert.Throws<RecordingException>(() => GoldenMessages.Read("joints", buffer.AsSpan(0, length)));

        Assert.Contains("position", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_string_without_length_is_empty()
    {
        byte[] message = [0, 1, 0, 0, 0, 0, 0, 0];
        var reader = new CdrReader(message, "test");

        string text = Encoding.UTF8.GetString(reader.ReadString("text"));

        Assert.Equal("", text);
        Assert.Equal(8, reader.Offset);
    }
}
