using EdgeFusion.Buffering;
using EdgeFusion.Recording;
using EdgeFusion.Sensing;

namespace EdgeFusion.Worker.Dashboard.Foxglove;

/// <summary>A sensor's samples from now on, encoded as in a recording.</summary>
internal sealed class SampleFlow(SensorRing ring, SampleEncoder encoder) : IFoxgloveStream
{
    private readonly RingReader _reader = new(ring);
    private readonly byte[] _payload = new byte[ring.SlotBytes];

    /// <summary>Those that were overwritten before, and those while the client takes nothing.</summary>
    public long Lost => _reader.Lost + Math.Max(0, ring.Oldest - _reader.Next);

    public bool TryNext(FoxgloveFrame frame, uint subscription)
    {
        RingRead read;
        SampleHeader header;
        do
        {
            read = _reader.TryRead(out header, _payload);
        }
        while (read == RingRead.Overrun);
        if (read == RingRead.Empty)
        {
            return false;
        }

        ReadOnlySpan<byte> payload = _payload.AsSpan(0, header.Length);
        int length = encoder.Encode(in header, payload, frame.Reserve(encoder.MessageBytes(payload.Length)));
        frame.Complete(subscription, header.Arrival, length);
        return true;
    }
}
