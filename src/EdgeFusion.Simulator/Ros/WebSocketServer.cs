using System.Net;
using System.Net.WebSockets;
using System.Text;

namespace EdgeFusion.Simulator.Ros;

/// <summary>A WebSocket server on the loopback with any number of clients; what bridges are made of.</summary>
/// <remarks><b>Threading.</b> Any thread; the hooks are called from threads of the pool.</remarks>
public abstract class WebSocketServer : IDisposable
{
    private const int MaxRequestsKept = 10_000;
    private const int ReceiveBytes = 64 << 10;
    private static readonly TimeSpan SendPatience = TimeSpan.FromSeconds(5);

    private readonly HttpListener _listener = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly List<WebSocketClient> _clients = [];
    private readonly List<string> _requests = [];
    private bool _disposed;

    /// <summary>Listens.</summary>
    /// <param name="port">Port of the loopback.</param>
    protected WebSocketServer(int port)
    {
        Port = port;
        _listener.Prefixes.Add(FormattableString.Invariant($"http://127.0.0.1:{port}/"));
        _listener.Prefixes.Add(FormattableString.Invariant($"http://localhost:{port}/"));
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Port of the loopback.</summary>
    public int Port { get; }

    /// <summary>Address for clients.</summary>
    public string Url => FormattableString.Invariant($"ws://127.0.0.1:{Port}");

    /// <summary>Connected clients.</summary>
    public int ClientCount
    {
        get
        {
            lock (_gate)
            {
                return _clients.Count;
            }
        }
    }

    /// <summary>All texts that clients have sent, and "binary" for anything else; a copy.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_gate)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>Drops all clients without a closing handshake, as a crashed bridge does.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            foreach (WebSocketClient client in _clients)
            {
                client.Socket.Abort();
            }

            _clients.Clear();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The subprotocol to answer with.</summary>
    /// <param name="offered">What the client offers.</param>
    /// <returns>Null for none.</returns>
    protected virtual string? Choose(IReadOnlyList<string> offered) => null;

    /// <summary>A client has connected.</summary>
    protected virtual void OnConnected(WebSocketClient client)
    {
    }

    /// <summary>A client has sent a text.</summary>
    protected abstract void OnText(WebSocketClient client, string text);

    /// <summary>All clients at this moment.</summary>
    protected IReadOnlyList<WebSocketClient> Clients()
    {
        lock (_gate)
        {
            return [.. _clients];
        }
    }

    /// <summary>Sends to one client; a client that is gone is ignored.</summary>
    protected static void Send(WebSocketClient client, ReadOnlyMemory<byte> message, bool isBinary)
    {
        ArgumentNullException.ThrowIfNull(client);
        lock (client)
        {
            try
            {
                client.Socket
                    .SendAsync(
                        message, isBinary ? WebSocketMessageType.Binary : WebSocketMessageType.Text,
                        endOfMessage: true, CancellationToken.None)
                    .AsTask().Wait(SendPatience);
            }
            catch (Exception fault) when (
                fault is WebSocketException or AggregateException or ObjectDisposedException
                or InvalidOperationException)
            {
                client.Socket.Abort();
            }
        }
    }

    /// <summary>Stops.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _stopping.Cancel();
        Cut();
        _listener.Close();
    }

    private async Task AcceptAsync()
    {
        while (!_disposed)
        {
            try
            {
                HttpListenerContext context = await _listener.GetContextAsync().ConfigureAwait(false);
                _ = ServeAsync(context);
            }
            catch (Exception fault) when (
                fault is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(HttpListenerContext context)
    {
        if (!context.Request.IsWebSocketRequest)
        {
            context.Response.StatusCode = (int)HttpStatusCode.BadRequest;
            context.Response.Close();
            return;
        }

        string offered = context.Request.Headers["Sec-WebSocket-Protocol"] ?? "";
        string? protocol = Choose(
            offered.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        HttpListenerWebSocketContext socket =
            await context.AcceptWebSocketAsync(protocol).ConfigureAwait(false);
        var client = new WebSocketClient(socket.WebSocket);
        lock (_gate)
        {
            _clients.Add(client);
        }

        OnConnected(client);
        await ReadAsync(client).ConfigureAwait(false);
        lock (_gate)
        {
            _clients.Remove(client);
        }
    }

    private async Task ReadAsync(WebSocketClient client)
    {
        byte[] buffer = new byte[ReceiveBytes];
        try
        {
            while (client.Socket.State == WebSocketState.Open)
            {
                WebSocketReceiveResult part =
                    await client.Socket.ReceiveAsync(buffer, _stopping.Token).ConfigureAwait(false);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    return;
                }

                bool isText = part.MessageType == WebSocketMessageType.Text && part.EndOfMessage;
                string text = isText ? Encoding.UTF8.GetString(buffer, 0, part.Count) : "binary";
                Keep(text);
                if (isText)
                {
                    OnText(client, text);
                }
            }
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException)
        {
            // The client is gone, or we are.
        }
    }

    private void Keep(string text)
    {
        lock (_gate)
        {
            if (_requests.Count < MaxRequestsKept)
            {
                _requests.Add(text);
            }
        }
    }
}
