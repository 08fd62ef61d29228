using EdgeFusion.Time;

namespace EdgeFusion.Worker.Dashboard.Foxglove;

/// <summary>A message that never changes and is sent once, e.g. the format of a sound.</summary>
internal sealed class OneMessage(ReadOnlyMemory<byte> message, PipelineClock clock) : IFoxgloveStream
{
    private bool _sent;

    public long Lost => 0;

    public bool TryNext(FoxgloveFrame frame, uint subscription)
    {
        if (_sent)
        {
            return false;
        }

        _sent = true;
        message.Span.CopyTo(frame.Reserve(message.Length));
        frame.Complete(subscription, clock.Now, message.Length);
        return true;
    }
}
