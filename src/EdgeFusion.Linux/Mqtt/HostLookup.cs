using System.Net;
using System.Net.Sockets;
using EdgeFusion.Publishing;

namespace EdgeFusion.Linux.Mqtt;

/// <summary>Finds a broker's addresses without blocking for longer than asked; libmosquitto's own look-up
/// would.</summary>
internal static class HostLookup
{
    /// <summary>What to give to libmosquitto, in order; at least one.</summary>
    /// <remarks>With TLS the name itself, because the certificate is checked against it; the look-up has then been made
    /// a moment ago and is answered from the resolver's cache.</remarks>
    public static string[] Resolve(BrokerOptions options, Deadline deadline, CancellationToken stopping)
    {
        if (IPAddress.TryParse(options.Host, out _))
        {
            return [options.Host];
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(deadline.Left);
        try
        {
            IPAddress[] found = Dns.GetHostAddressesAsync(options.Host, limit.Token).WaitAsync(limit.Token)
                .GetAwaiter().GetResult();
            if (found.Length > 0)
            {
                return options.Tls ? [options.Host] : Array.ConvertAll(found, address => address.ToString());
            }

            throw Fault(options, "it has no address", null);
        }
        catch (SocketException fault)
        {
            throw Fault(options, fault.Message, fault);
        }
        catch (OperationCanceledException fault) when (!stopping.IsCancellationRequested)
        {
            throw Fault(options, "the name server did not answer in time", fault);
        }
    }

    private static TransportException Fault(BrokerOptions options, string reason, Exception? inner) => new(
        $"Could not look up the broker {options.Target}: {reason}. Check the host name and the network.", inner);
}
