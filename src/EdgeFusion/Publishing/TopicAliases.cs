namespace EdgeFusion.Publishing;

/// <summary>Numbers that stand for topics on one connection, once the broker knows them: a topic of fifty bytes then
/// costs three.</summary>
/// <remarks>
/// First come, first served, up to what the broker allows; never given to another topic. Only topics that come again
/// get one: no retained state and no answers to requests. <b>Threading.</b> One thread. Allocates nothing once the
/// topics are known.
/// </remarks>
public sealed class TopicAliases
{
    /// <summary>Most numbers used, whatever a broker allows.</summary>
    public const int Most = 64;

    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private int _maximum;

    /// <summary>A new connection: nothing is known.</summary>
    /// <param name="maximum">What the broker allows; 0 for none.</param>
    public void Reset(int maximum)
    {
        _numbers.Clear();
        _maximum = Math.Min(maximum, Most);
    }

    /// <summary>The number for a message's topic; 0 for none.</summary>
    /// <param name="message">The message.</param>
    /// <param name="isKnown">Whether the broker knows it, so that the topic is left out.</param>
    public int Find(in PublishMessage message, out bool isKnown)
    {
        isKnown = _numbers.TryGetValue(message.Topic, out int number);
        if (isKnown)
        {
            return number;
        }

        bool returns = !message.Retain && message.ResponseTopic is null && message.Correlation.IsEmpty;
        return returns && _numbers.Count < _maximum ? _numbers.Count + 1 : 0;
    }

    /// <summary>A message with a number that the broker did not know has been handed over: it knows it now.</summary>
    public void Learn(string topic) => _numbers.TryAdd(topic, _numbers.Count + 1);
}
