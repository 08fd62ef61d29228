namespace EdgeFusion.Testing.Publishing;

/// <summary>A broker in memory for <see cref="LoopbackPublisher"/>: can be down, hung, deaf or strict.</summary>
/// <remarks><b>Threading.</b> Any thread.</remarks>
public sealed class LoopbackBroker
{
    private readonly Lock _gate = new();
    private readonly List<ReceivedMessage> _received = [];
    private readonly Dictionary<string, string> _retained = [];

    /// <summary>Whether connections are taken; going down breaks those that stand.</summary>
    public volatile bool IsUp = true;

    /// <summary>Whether it takes everything and answers nothing.</summary>
    public volatile bool IsHung;

    /// <summary>Whether somebody subscribes.</summary>
    public volatile bool HasSubscribers = true;

    /// <summary>A topic whose messages are refused.</summary>
    public volatile string? RefusedTopic;

    /// <summary>Changes with every break, so that a publisher knows that its connection is an old one.</summary>
    public int Generation { get; private set; }

    /// <summary>All messages so far, in order.</summary>
    public IReadOnlyList<ReceivedMessage> Received
    {
        get
        {
            lock (_gate)
            {
                return _received.ToArray();
            }
        }
    }

    /// <summary>Payloads received on a topic, in order.</summary>
    public IReadOnlyList<string> On(string topic) =>
        Received.Where(message => message.Topic == topic).Select(message => message.Payload).ToArray();

    /// <summary>What a late subscriber would get on a topic; null for nothing.</summary>
    public string? Retained(string topic)
    {
        lock (_gate)
        {
            return _retained.GetValueOrDefault(topic);
        }
    }

    /// <summary>Breaks all connections and forgets everything retained, as a killed broker does.</summary>
    public void Kill()
    {
        lock (_gate)
        {
            IsUp = false;
            Generation++;
            _retained.Clear();
        }
    }

    /// <summary>Breaks all connections; the broker stays up.</summary>
    public void DropConnections()
    {
        lock (_gate)
        {
            Generation++;
        }
    }

    internal void Take(ReceivedMessage message)
    {
        lock (_gate)
        {
            _received.Add(message);
            if (message.Retain)
            {
                _retained[message.Topic] = message.Payload;
            }
        }
    }
}
