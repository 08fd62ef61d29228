using System.Buffers;
using EdgeFusion.Time;

namespace EdgeFusion.Worker.Dashboard.Foxglove;

/// <summary>The predictions from now on, as JSON.</summary>
internal sealed class PredictionFlow(RecentPredictions recent, PredictionTexts texts) : IFoxgloveStream
{
    private readonly ArrayBufferWriter<byte> _json = new(4_096);
    private long _next = recent.Count;
    private long _lost;

    public long Lost => Volatile.Read(ref _lost);

    public bool TryNext(FoxgloveFrame frame, uint subscription)
    {
        while (_next < recent.Count)
        {
            _json.ResetWrittenCount();
            if (!texts.TryWrite(_next++, _json, out Timestamp cut))
            {
                Volatile.Write(ref _lost, _lost + 1);
                continue;
            }

            _json.WrittenSpan.CopyTo(frame.Reserve(_json.WrittenCount));
            frame.Complete(subscription, cut, _json.WrittenCount);
            return true;
        }

        return false;
    }
}
