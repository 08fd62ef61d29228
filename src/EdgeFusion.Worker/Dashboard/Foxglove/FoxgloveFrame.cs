using System.Buffers.Binary;
using EdgeFusion.Time;

namespace EdgeFusion.Worker.Dashboard.Foxglove;

/// <summary>
/// A binary message of the Foxglove WebSocket protocol on its way to a client, in a buffer that grows to the largest
/// and is used again.
/// </summary>
internal sealed class FoxgloveFrame
{
    private const byte MessageData = 1;
    private const byte Time = 2;

    /// <summary>Opcode, subscription (u32) and log time (u64), little endian.</summary>
    private const int HeaderBytes = 1 + sizeof(uint) + sizeof(ulong);

    private byte[] _bytes = new byte[4_096];
    private int _length;

    /// <summary>The finished message.</summary>
    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, _length);

    /// <summary>Room for a payload.</summary>
    public Span<byte> Reserve(int payloadBytes)
    {
        if (_bytes.Length < HeaderBytes + payloadBytes)
        {
            _bytes = new byte[HeaderBytes + payloadBytes];
        }

        return _bytes.AsSpan(HeaderBytes, payloadBytes);
    }

    /// <summary>Makes a message out of the payload that was written.</summary>
    public void Complete(uint subscription, Timestamp logTime, int payloadBytes)
    {
        _bytes[0] = MessageData;
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(1), subscription);
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.AsSpan(1 + sizeof(uint)), logTime.Nanoseconds);
        _length = HeaderBytes + payloadBytes;
    }

    /// <summary>Tells the time of the worker's clock, by which all messages are stamped.</summary>
    public void SetTime(Timestamp now)
    {
        _bytes[0] = Time;
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.AsSpan(1), now.Nanoseconds);
        _length = 1 + sizeof(ulong);
    }
}
