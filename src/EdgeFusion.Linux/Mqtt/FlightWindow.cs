using EdgeFusion.Publishing;

namespace EdgeFusion.Linux.Mqtt;

/// <summary>The messages handed over and not yet acknowledged, and the answers not yet passed on.</summary>
/// <remarks>Callbacks of the library only note an answer here; it is passed on when the library has returned, so that
/// no managed exception ever crosses its frames. <b>Threading.</b> One thread. Allocates nothing after construction.
/// </remarks>
internal sealed class FlightWindow(int capacity)
{
    private readonly (int MessageId, long Ticket)[] _flying = new (int, long)[capacity];
    private readonly (long Ticket, PublishOutcome Outcome)[] _answers = new (long, PublishOutcome)[capacity];
    private int _answerCount;

    /// <summary>Messages in flight, or answered and not passed on.</summary>
    public int Count { get; private set; }

    /// <summary>How many may fly at once; the broker can lower it.</summary>
    public int Limit { get; private set; } = capacity;

    public bool IsFull => Count + _answerCount >= Limit;

    public void Reset()
    {
        Count = 0;
        _answerCount = 0;
        Limit = _flying.Length;
    }

    public void Lower(int limit) => Limit = Math.Clamp(limit, 1, Limit);

    public void Add(int messageId, long ticket) => _flying[Count++] = (messageId, ticket);

    /// <summary>Notes the answer to a message; unknown ones (late answers) are ignored.</summary>
    public void Answer(int messageId, PublishOutcome outcome)
    {
        for (int i = 0; i < Count; i++)
        {
            if (_flying[i].MessageId == messageId)
            {
                _answers[_answerCount++] = (_flying[i].Ticket, outcome);
                Count--;
                Array.Copy(_flying, i + 1, _flying, i, Count - i);
                return;
            }
        }
    }

    /// <summary>Passes the answers on.</summary>
    public void Deliver(IPublishReceipts receipts)
    {
        for (int i = 0; i < _answerCount; i++)
        {
            receipts.Acknowledged(_answers[i].Ticket, _answers[i].Outcome);
        }

        _answerCount = 0;
    }
}
