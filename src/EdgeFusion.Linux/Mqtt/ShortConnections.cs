namespace EdgeFusion.Linux.Mqtt;

/// <summary>Recognises two clients that fight for one identifier: each connects, and is thrown out soon after by the
/// other.</summary>
/// <remarks>Brokers of MQTT 5 should give the reason (0x8E), but mosquitto 2.0 and all brokers of MQTT 3.1.1 just close
/// the connection. One that is closed early happens; several in a row that were taken without complaint do not.
/// </remarks>
internal sealed class ShortConnections(TimeProvider time)
{
    /// <summary>So many in a row are no accident.</summary>
    private const int Suspicious = 3;

    /// <summary>Twice the outbox's longest pause on a local network: the other client is back by then.</summary>
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(3);

    private long _opened;
    private int _count;

    /// <summary>Whether the connections have been cut off early several times in a row.</summary>
    public bool AreSuspicious => _count >= Suspicious;

    /// <summary>The broker has taken a connection.</summary>
    public void Opened() => _opened = time.GetTimestamp();

    /// <summary>The broker has closed it without a reason.</summary>
    public void Closed() => _count = time.GetElapsedTime(_opened) < Short ? _count + 1 : 0;

    /// <summary>It was no closing by the broker: nothing is known.</summary>
    public void Reset() => _count = 0;
}
