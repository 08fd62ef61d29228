using System.Buffers.Binary;
using System.Text;
using EdgeFusion.Recording.Cdr;
using EdgeFusion.Time;
using Xunit;

namespace EdgeFusion.Tests.Recording.Cdr;

/// <summary>One message of each type, written by the code under test.</summary>
internal static class GoldenMessages
{
    public static readonly Timestamp Stamp = new(1_700_000_001_000_000_002);

    public static TheoryData<string, bool> All
    {
        get
        {
            var all = new TheoryData<string, bool>();
            foreach (bool isBigEndian in new[] { false, true })
            {
                all.Add("image", isBigEndian);
                all.Add("compressed", isBigEndian);
                all.Add("imu", isBigEndian);
                all.Add("joints", isBigEndian);
                all.Add("wrench", isBigEndian);
                all.Add("audio", isBigEndian);
                all.Add("stamped", isBigEndian);
                all.Add("info", isBigEndian);
                all.Add("array", isBigEndian);
            }

            return all;
        }
    }

    public static byte[] Write(string kind, bool isBigEndian)
    {
        byte[] buffer = new byte[4096];
        Span<byte> to = buffer;
        int length = kind switch
        {
            "image" => new ImageMessage
            {
                Stamp = Stamp,
                Height = 2,
                Width = 1,
                Encoding = "rgb8"u8,
                Step = 3,
                Data = [1, 2, 3, 4, 5, 6],
            }.Write(to, "cam"u8, isBigEndian),
            "compressed" => new CompressedImageMessage
            {
                Stamp = Stamp,
                Format = "jpeg"u8,
                Data = [9, 8, 7],
            }.Write(to, "cam"u8, isBigEndian),
            "imu" => ImuMessage.Write(to, Stamp, "imu"u8, [1, 2, 3, 4, 5, 6], isBigEndian),
            "joints" => WriteJoints(to, isBigEndian, ["a", "bb"], [1, 2], [], [3, 4]),
            "wrench" => WrenchStampedMessage.Write(to, Stamp, "w"u8, [1, 2, 3, 4, 5, 6.5f], isBigEndian),
            "audio" => new AudioDataMessage { Data = [1, 2, 3, 4] }.Write(to, isBigEndian),
            "stamped" => new AudioDataMessage { Stamp = Stamp, Data = [1, 2] }.WriteStamped(to, "mic"u8, isBigEndian),
            "info" => new AudioInfoMessage
            {
                Channels = 2,
                SampleRate = 16000,
                SampleFormat = "S16LE"u8,
                Bitrate = 512,
                CodingFormat = "wave"u8,
            }.Write(to, isBigEndian),
            _ => Float32MultiArrayMessage.Write(to, "v"u8, [1.5f, -2], isBigEndian),
        };
        return buffer[..length];
    }

    public static void Read(string kind, ReadOnlySpan<byte> message)
    {
        switch (kind)
        {
            case "image": ImageMessage.Read(message); break;
            case "compressed": CompressedImageMessage.Read(message); break;
            case "imu": ImuMessage.Read(message); break;
            case "joints": JointStateMessage.Read(message); break;
            case "wrench": WrenchStampedMessage.Read(message); break;
            case "audio": AudioDataMessage.Read(message); break;
            case "stamped": AudioDataMessage.ReadStamped(message); break;
            case "info": AudioInfoMessage.Read(message); break;
            default: Float32MultiArrayMessage.Read(message); break;
        }
    }

    public static int WriteJoints(
        Span<byte> to, bool isBigEndian, string[] names, double[] position, double[] velocity, double[] effort)
    {
        var writer = new CdrWriter(to, isBigEndian);
        RosHeader.Write(ref writer, Stamp, "arm"u8);
        writer.WriteUInt32((uint)names.Length);
        foreach (string name in names)
        {
            writer.WriteString(Encoding.UTF8.GetBytes(name));
        }

        foreach (double[] values in new[] { position, velocity, effort })
        {
            writer.WriteUInt32((uint)values.Length);
            foreach (double value in values)
            {
                writer.WriteFloat64(value);
            }
        }

        return writer.Length;
    }

    /// <summary>A number in the message's byte order.</summary>
    public static byte[] UInt32(uint value, bool isBigEndian)
    {
        byte[] bytes = new byte[4];
        if (isBigEndian)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        }

        return bytes;
    }
}
