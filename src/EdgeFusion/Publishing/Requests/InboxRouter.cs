namespace EdgeFusion.Publishing.Requests;

/// <summary>Passes what comes from the broker on to whoever listens to its topic.</summary>
/// <remarks><b>Threading.</b> Filled before the outbox starts; then the outbox's thread only.</remarks>
internal sealed class InboxRouter : IInbox
{
    private readonly List<(string Filter, IInbox Inbox)> _inboxes = [];

    /// <summary>The filters of all that listen.</summary>
    public IReadOnlyList<string> Filters => _inboxes.ConvertAll(entry => entry.Filter);

    public void Add(string filter, IInbox inbox) => _inboxes.Add((filter, inbox));

    public void Received(InboundMessage message)
    {
        foreach ((string filter, IInbox inbox) in _inboxes)
        {
            if (TopicName.Matches(filter, message.Topic))
            {
                inbox.Received(message);
            }
        }
    }
}
