using EdgeFusion.Sensing.Framing;

namespace EdgeFusion.Sensing.Devices.Servos;

/// <summary>
/// The packets of a servo family. Read-only by construction: the only packet it can make is a synchronous read.
/// </summary>
internal abstract class ServoProtocol
{
    /// <summary>Instructions that may be sent at all: ping, read, and the forms of reading several.</summary>
    public static ReadOnlySpan<byte> ReadInstructions => [0x01, 0x02, 0x82, 0x8A, 0x92, 0x9A];

    public abstract string Device { get; }

    public abstract FrameSpec Frame { get; }

    /// <summary>First register of the block of present values.</summary>
    public abstract int BlockAddress { get; }

    /// <summary>Bytes of that block.</summary>
    public abstract int BlockLength { get; }

    /// <summary>Bytes of the answers to one request, for n servos: their time on the line.</summary>
    public abstract int AnswerBytes(int servos);

    /// <summary>The request for the block of some servos.</summary>
    public abstract byte[] CreateRequest(ReadOnlySpan<byte> ids, bool fast);

    /// <summary>Takes a frame seen on the bus: follows requests, takes answers.</summary>
    public abstract void Take(ReadOnlySpan<byte> frame, ServoRead read, ServoRound round, bool listening);

    /// <summary>Which bytes of the block the wanted values need, as bits.</summary>
    public abstract uint Needed(bool velocity, bool effort);

    /// <summary>Prefix and unit of the effort's elements.</summary>
    public abstract (string Prefix, string Unit) Effort { get; }

    /// <summary>Position in rad, velocity in rad/s, effort in its unit.</summary>
    public abstract (double Position, double Velocity, double Effort) Decode(ReadOnlySpan<byte> block);
}
