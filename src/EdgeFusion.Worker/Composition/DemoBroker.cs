using EdgeFusion.Linux.Mqtt;
using EdgeFusion.Publishing;

namespace EdgeFusion.Worker.Composition;

/// <summary>The broker of the demo: the one that is there, else one inside this process where the build has it, else a
/// private mosquitto. What was started ends with this object.</summary>
internal sealed class DemoBroker : IDisposable
{
    private readonly IDisposable? _owned;

    private DemoBroker(string what, string host, int port, IDisposable? owned)
    {
        What = what;
        Host = host;
        Port = port;
        _owned = owned;
    }

    /// <summary>What it is, for people.</summary>
    public string What { get; }

    public string Host { get; }

    public int Port { get; }

    /// <summary>What to type to see everything that is published.</summary>
    public string SubscribeLine => LocalBroker.SubscribeLineOf(Host, Port);

    /// <summary>Finds or starts one.</summary>
    /// <exception cref="TransportException">There is none and none can be started.</exception>
    public static DemoBroker Open(CancellationToken stopping)
    {
        if (LocalBroker.Find(stopping) is { } found)
        {
            return new DemoBroker("the broker that was there", found.Host, found.Port, null);
        }

        if (Adapters.EmbeddedBroker() is { } embedded)
        {
            return new DemoBroker("one inside this process", "127.0.0.1", embedded.Port, embedded.Broker);
        }

        var own = LocalBroker.StartPrivate(stopping);
        return new DemoBroker("a private mosquitto", own.Host, own.Port, own);
    }

    public void Dispose() => _owned?.Dispose();
}
