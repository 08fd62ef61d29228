using System.Net;
using System.Net.Sockets;

namespace EdgeFusion.Sensing.Channels;

/// <summary>
/// Datagrams to and from one device; the source address is pinned, so that nobody else's are taken. Hot path: receiving
/// allocates nothing.
/// </summary>
public sealed class UdpChannel : IDisposable
{
    /// <summary>4 s of a 7 kHz stream of 36 bytes; the kernel may grant less.</summary>
    private const int ReceiveBufferBytes = 1 << 20;
    private static readonly TimeSpan LookUpPatience = TimeSpan.FromSeconds(2);

    private readonly Socket _socket;
    private SocketAddress? _sender;
    private SocketAddress? _from;

    private UdpChannel(Socket socket, string name)
    {
        _socket = socket;
        Name = name;
    }

    /// <summary>The device's address, for messages.</summary>
    public string Name { get; }

    /// <summary>A channel to a device that answers where it was asked from.</summary>
    /// <param name="host">Host name or address of the device.</param>
    /// <param name="port">The device's port.</param>
    /// <param name="stopping">Ends a look-up of the name.</param>
    /// <exception cref="SensorException">There is no such host.</exception>
    public static UdpChannel Connect(string host, int port, CancellationToken stopping)
    {
        IPAddress address = Resolve(host, stopping);
        Socket socket = Create(address.AddressFamily);
        try
        {
            socket.Connect(address, port);
            return new UdpChannel(socket, FormattableString.Invariant($"{host}:{port}"));
        }
        catch (SocketException fault)
        {
            socket.Dispose();
            throw new SensorException($"Cannot reach {host}:{port}: {fault.Message}.", fault);
        }
    }

    /// <summary>A channel on a fixed local port to which a device pushes from any port of its own.</summary>
    /// <param name="localPort">Port of this machine that the device sends to.</param>
    /// <param name="sender">The device's address.</param>
    /// <param name="stopping">Ends a look-up of the name.</param>
    /// <exception cref="SensorException">The port is taken, or there is no such host.</exception>
    public static UdpChannel Listen(int localPort, string sender, CancellationToken stopping)
    {
        IPAddress address = Resolve(sender, stopping);
        Socket socket = Create(address.AddressFamily);
        string name = FormattableString.Invariant($"{sender} (UDP port {localPort} of this machine)");
        try
        {
            socket.Bind(new IPEndPoint(
                address.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, localPort));
            return new UdpChannel(socket, name)
            {
                _sender = new IPEndPoint(address, 0).Serialize(),
                _from = new SocketAddress(address.AddressFamily),
            };
        }
        catch (SocketException fault)
        {
            socket.Dispose();
            string hint = fault.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? "another program has the port; only one can receive the stream" : fault.Message;
            throw new SensorException(
                FormattableString.Invariant($"Cannot listen on UDP port {localPort}: {hint}."), fault);
        }
    }

    /// <summary>Takes one datagram.</summary>
    /// <param name="buffer">Where it goes; one that is longer is cut off.</param>
    /// <param name="timeout">Longest wait.</param>
    /// <returns>Its bytes; -1 when the time is over.</returns>
    /// <exception cref="SensorException">The device refuses (nothing listens on its port).</exception>
    public int Receive(Span<byte> buffer, TimeSpan timeout)
    {
        int count = ReceiveOne(buffer, out SocketError error);
        if (error == SocketError.WouldBlock)
        {
            if (timeout <= TimeSpan.Zero || !_socket.Poll(timeout, SelectMode.SelectRead))
            {
                return -1;
            }

            count = ReceiveOne(buffer, out error);
        }

        switch (error)
        {
            case SocketError.Success:
                return count;
            case SocketError.MessageSize:
                return buffer.Length;
            case SocketError.WouldBlock:
                return -1;
            default:
                throw new SensorException($"{Name} refuses datagrams: {error}. Is the device's service on?");
        }
    }

    /// <summary>Sends one datagram; loss is normal and not reported.</summary>
    public void Send(ReadOnlySpan<byte> datagram) => _socket.Send(datagram, SocketFlags.None, out _);

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private int ReceiveOne(Span<byte> buffer, out SocketError error)
    {
        if (_from is null)
        {
            return _socket.Receive(buffer, SocketFlags.None, out error);
        }

        // ReceiveFrom has no form without exceptions, so it is only called when a datagram waits.
        error = SocketError.WouldBlock;
        if (_socket.Available == 0)
        {
            return -1;
        }

        int count = _socket.ReceiveFrom(buffer, SocketFlags.None, _from);
        bool known = SameAddress(_from.Buffer.Span, _sender!.Buffer.Span);
        error = known ? SocketError.Success : SocketError.WouldBlock;
        return count;
    }

    /// <summary>Whether two socket addresses name the same host: all but the port, which is bytes 2 and 3.</summary>
    private static bool SameAddress(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        left[..2].SequenceEqual(right[..2]) && left[4..8].SequenceEqual(right[4..8])
        && (left.Length < 24 || right.Length < 24 || left[8..24].SequenceEqual(right[8..24]));

    private static Socket Create(AddressFamily family) => new(family, SocketType.Dgram, ProtocolType.Udp)
    {
        Blocking = false,
        ReceiveBufferSize = ReceiveBufferBytes,
    };

    private static IPAddress Resolve(string host, CancellationToken stopping)
    {
        if (IPAddress.TryParse(host, out IPAddress? address))
        {
            return address;
        }

        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            patience.CancelAfter(LookUpPatience);
            IPAddress[] found = Dns.GetHostAddressesAsync(host, patience.Token).GetAwaiter().GetResult();
            return found.Length > 0 ? found[0] : throw new SocketException((int)SocketError.HostNotFound);
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException)
        {
            stopping.ThrowIfCancellationRequested();
            throw new SensorException($"There is no host '{host}'. Use the device's address.", fault);
        }
    }
}
