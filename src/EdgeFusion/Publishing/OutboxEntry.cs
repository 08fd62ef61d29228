using System.Numerics;
using EdgeFusion.Publishing.Durable;
using EdgeFusion.Time;

namespace EdgeFusion.Publishing;

/// <summary>One message held by the outbox; a reused object with a buffer that grows and stays.</summary>
internal sealed class OutboxEntry
{
    private const int SmallestBuffer = 512;

    private byte[] _buffer = [];
    private int _length;

    public OutboxEntry() => Node = new LinkedListNode<OutboxEntry>(this);

    /// <summary>This entry's place in one of the lists; kept, so that moving it allocates nothing.</summary>
    public LinkedListNode<OutboxEntry> Node { get; }

    public long Ticket { get; set; }

    public OutboxPolicy Policy { get; private set; }

    public Timestamp Enqueued { get; private set; }

    public PublishMessage Message { get; private set; }

    public int Length => _length;

    /// <summary>Where it lies in the log; without a segment for none.</summary>
    public LogCursor Place { get; set; }

    /// <summary>Its index in the log.</summary>
    public long Index { get; set; }

    /// <summary>Whether it was taken from the backlog or for a replay.</summary>
    public bool IsOld { get; set; }

    public int BufferBytes => _buffer.Length;

    /// <summary>Copies a message, payload included.</summary>
    public void Fill(in PublishMessage message, OutboxPolicy policy, Timestamp now)
    {
        ReadOnlySpan<byte> payload = message.Payload.Span;
        if (_buffer.Length < payload.Length)
        {
            _buffer = new byte[Math.Max(SmallestBuffer, (int)BitOperations.RoundUpToPowerOf2((uint)payload.Length))];
        }

        payload.CopyTo(_buffer);
        _length = payload.Length;
        Message = message with { Payload = _buffer.AsMemory(0, _length) };
        Policy = policy;
        Enqueued = now;
    }

    /// <summary>Gives the buffer to the garbage collector.</summary>
    public void DropBuffer()
    {
        _buffer = [];
        _length = 0;
    }

    /// <summary>Its expiry begins now.</summary>
    public void Renew(Timestamp now) => Enqueued = now;

    public bool IsExpired(Timestamp now) =>
        Message.Expiry > TimeSpan.Zero && now - Enqueued >= Message.Expiry;

    /// <summary>The message with what is left of its expiry.</summary>
    public PublishMessage Remaining(Timestamp now) => Message.Expiry > TimeSpan.Zero
        ? Message with { Expiry = Message.Expiry - (now - Enqueued) }
        : Message;
}
