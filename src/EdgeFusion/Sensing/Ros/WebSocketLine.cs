using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text;

namespace EdgeFusion.Sensing.Ros;

/// <summary>
/// A WebSocket client for a thread that blocks: whole messages, a limit on their size, a limit on every wait.
/// </summary>
/// <remarks>
/// <b>Threading.</b> One thread; cancelling the token given to <see cref="Open"/> ends any wait. Hot path: receiving
/// allocates nothing once the buffer has grown to the largest message.
/// </remarks>
internal sealed class WebSocketLine : IDisposable
{
    private const int FirstBufferBytes = 64 << 10;
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PongPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(1);

    private readonly ClientWebSocket _socket = new();
    private readonly string _what;
    private readonly int _maxBytes;
    private readonly ManualResetEventSlim _ready = new();
    private readonly Action _wake;
    private readonly CancellationToken _stopping;
    private CancellationTokenRegistration _abort;
    private byte[] _buffer = new byte[FirstBufferBytes];

    private WebSocketLine(string what, int maxBytes, CancellationToken stopping)
    {
        _what = what;
        _maxBytes = maxBytes;
        _stopping = stopping;
        _wake = _ready.Set;
    }

    /// <summary>Whether the latest message is binary.</summary>
    public bool IsBinary { get; private set; }

    /// <summary>Connects.</summary>
    /// <param name="url">ws or wss.</param>
    /// <param name="subProtocols">Offered in this order; empty = none.</param>
    /// <param name="maxBytes">Largest message taken.</param>
    /// <param name="timeout">Longest wait for the connection.</param>
    /// <param name="stopping">Ends every wait, from now on.</param>
    /// <exception cref="SensorException">No connection.</exception>
    public static WebSocketLine Open(
        string url, ReadOnlySpan<string> subProtocols, int maxBytes, TimeSpan timeout, CancellationToken stopping)
    {
        var line = new WebSocketLine(url, maxBytes, stopping);
        try
        {
            line.Connect(url, subProtocols, timeout);
            return line;
        }
        catch
        {
            line.Dispose();
            throw;
        }
    }

    /// <summary>Sends a text.</summary>
    /// <exception cref="SensorException">The connection is gone.</exception>
    public void Send(string text)
    {
        try
        {
            ValueTask sending = _socket.SendAsync(
                Encoding.UTF8.GetBytes(text).AsMemory(), WebSocketMessageType.Text, endOfMessage: true, _stopping);
            sending.AsTask().Wait(PongPatience, CancellationToken.None);
        }
        catch (Exception fault) when (fault is WebSocketException or AggregateException or ObjectDisposedException)
        {
            throw Broken(fault);
        }
    }

    /// <summary>Waits for a whole message.</summary>
    /// <param name="timeout">Longest wait, &gt; 0.</param>
    /// <param name="message">The message, valid until the next call.</param>
    /// <returns>False when the time is over or the token cancelled; the line is then closed.</returns>
    /// <exception cref="SensorException">The other side closed, broke off or sends too much.</exception>
    public bool TryReceive(TimeSpan timeout, out ReadOnlySpan<byte> message)
    {
        message = default;
        int length = 0;
        while (true)
        {
            if (length == _buffer.Length)
            {
                Grow();
            }

            if (!TryReceivePart(_buffer.AsMemory(length), timeout, out ValueWebSocketReceiveResult part))
            {
                return false;
            }

            if (part.MessageType == WebSocketMessageType.Close)
            {
                throw new SensorException(
                    $"{_what} closed the connection ({_socket.CloseStatus}: {_socket.CloseStatusDescription}).");
            }

            length += part.Count;
            if (part.EndOfMessage)
            {
                IsBinary = part.MessageType == WebSocketMessageType.Binary;
                message = _buffer.AsSpan(0, length);
                return true;
            }
        }
    }

    public void Dispose()
    {
        _abort.Dispose();
        _socket.Abort();
        _socket.Dispose();
        _ready.Dispose();
    }

    private void Connect(string url, ReadOnlySpan<string> subProtocols, TimeSpan timeout)
    {
        foreach (string protocol in subProtocols)
        {
            _socket.Options.AddSubProtocol(protocol);
        }

        // A peer that vanished without a word answers no ping.
        _socket.Options.KeepAliveInterval = PingInterval;
        _socket.Options.KeepAliveTimeout = PongPatience;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stopping);
        patience.CancelAfter(timeout);
        try
        {
            _socket.ConnectAsync(new Uri(url), patience.Token).GetAwaiter().GetResult();
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException)
        {
            _stopping.ThrowIfCancellationRequested();
            throw new SensorException($"Cannot connect to {url}: {Reason(fault)}.", fault);
        }

        _abort = _stopping.UnsafeRegister(static socket => ((ClientWebSocket)socket!).Abort(), _socket);
    }

    private bool TryReceivePart(Memory<byte> into, TimeSpan timeout, out ValueWebSocketReceiveResult part)
    {
        part = default;
        try
        {
            // Blocks without a task: the awaiter takes our one delegate and sets the event.
#pragma warning disable CA2012 // Consumed once, by GetResult below.
            ValueTaskAwaiter<ValueWebSocketReceiveResult> awaiter =
                _socket.ReceiveAsync(into, CancellationToken.None).GetAwaiter();
#pragma warning restore CA2012
            if (!awaiter.IsCompleted)
            {
                _ready.Reset();
                awaiter.UnsafeOnCompleted(_wake);
                if (!_ready.Wait(timeout))
                {
                    // The pending call must not outlive its buffer.
                    _socket.Abort();
                    _ready.Wait(ClosePatience);
                    return false;
                }
            }

            part = awaiter.GetResult();
            return true;
        }
        catch (Exception fault) when (
            fault is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            return _stopping.IsCancellationRequested ? false : throw Broken(fault);
        }
    }

    private void Grow()
    {
        if (_buffer.Length >= _maxBytes)
        {
            throw new SensorException(
                $"{_what} sends a message of more than {_maxBytes >> 20} MiB; choose a smaller image or raise "
                + "MaxMessageMiB.");
        }

        Array.Resize(ref _buffer, (int)Math.Min((long)_buffer.Length * 2, _maxBytes));
    }

    private SensorException Broken(Exception fault) =>
        new($"The connection to {_what} broke: {(fault.InnerException ?? fault).Message.TrimEnd('.')}.", fault);

    private static string Reason(Exception fault) => fault switch
    {
        OperationCanceledException => "no answer; is the machine on, and in the same network?",
        { InnerException: System.Net.Http.HttpRequestException { InnerException: { } inner } } =>
            inner.Message + "; is the bridge running, and the port right?",
        _ => (fault.InnerException ?? fault).Message.TrimEnd('.'),
    };
}
