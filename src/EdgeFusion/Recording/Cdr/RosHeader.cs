using System.Globalization;
using System.Runtime.CompilerServices;
using EdgeFusion.Time;

namespace EdgeFusion.Recording.Cdr;

/// <summary>std_msgs/msg/Header: a stamp and the name of a frame of reference.</summary>
internal readonly ref struct RosHeader
{
    /// <summary>The instant; 0 where the writer left it out.</summary>
    public Timestamp Stamp { get; init; }

    /// <summary>Frame of reference as UTF-8.</summary>
    public ReadOnlySpan<byte> FrameId { get; init; }

    /// <exception cref="RecordingException">Cut short, or a stamp of a second or more of nanoseconds.</exception>
    public static RosHeader Read(ref CdrReader reader, string what)
    {
        if (reader.IsRos1)
        {
            reader.ReadUInt32("header.seq");
        }

        uint stamp = reader.ReadUInt32("header.stamp.sec");
        long seconds = reader.IsRos1 ? stamp : (int)stamp;
        uint nanoseconds = reader.ReadUInt32("header.stamp.nanosec");
        if (nanoseconds >= Timestamp.NanosecondsPerSecond)
        {
            ThrowBadStamp(what, nanoseconds);
        }

        return new RosHeader
        {
            Stamp = new Timestamp((seconds * Timestamp.NanosecondsPerSecond) + nanoseconds),
            FrameId = reader.ReadString("header.frame_id"),
        };
    }

    /// <summary>Writes the header. A stamp outside int32 seconds (after 2038) saturates.</summary>
    public static void Write(ref CdrWriter writer, Timestamp stamp, ReadOnlySpan<byte> frameId)
    {
        (long seconds, long nanoseconds) = Math.DivRem(stamp.Nanoseconds, Timestamp.NanosecondsPerSecond);
        if (nanoseconds < 0)
        {
            seconds--;
            nanoseconds += Timestamp.NanosecondsPerSecond;
        }

        writer.WriteInt32((int)Math.Clamp(seconds, int.MinValue, int.MaxValue));
        writer.WriteUInt32((uint)nanoseconds);
        writer.WriteString(frameId);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThrowBadStamp(string what, uint nanoseconds) => throw new RecordingException(string.Create(
        CultureInfo.InvariantCulture,
        $"Cannot read {what}: field 'header.stamp.nanosec' at byte 8 is {nanoseconds}, more than a second. "
        + $"The message is damaged or of another type."));
}
