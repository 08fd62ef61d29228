using System.Net.WebSockets;
using EdgeFusion.Time;

namespace EdgeFusion.Worker.Dashboard.Foxglove;

/// <summary>
/// One client. Looks fifty times a second what the rings hold for it and sends that: the pipeline knows nothing of it,
/// and one that is too slow misses the oldest messages, is told so, and keeps the rest.
/// </summary>
/// <remarks><b>Bounds.</b> Per subscription one sample, per client one message and what the socket takes.</remarks>
internal sealed class FoxgloveViewer(
    WebSocket socket, IReadOnlyList<FoxgloveChannel> channels, PipelineClock clock) : IDisposable
{
    private const int LargestRequestBytes = 64 << 10;
    private const int MostPerRound = 64;
    private const int RoundsPerSecond = 50;

    /// <summary>A client is told about losses this often at most.</summary>
    private const int RoundsBetweenWarnings = 5 * RoundsPerSecond;

    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1) / RoundsPerSecond;

    /// <summary>A client that takes nothing for so long has gone.</summary>
    private static readonly TimeSpan SlowestSend = TimeSpan.FromSeconds(10);

    private readonly FoxgloveSubscriptions _subscriptions = new(channels);
    private readonly FoxgloveFrame _frame = new();
    private volatile string? _problem;
    private CancellationTokenSource? _patience;

    /// <summary>Messages that it was too slow for.</summary>
    public long Lost => _subscriptions.Lost;

    /// <summary>Serves it until it goes or the worker stops.</summary>
    /// <param name="welcome">What it is sent first.</param>
    /// <param name="ended">The worker stops.</param>
    public async Task RunAsync(ReadOnlyMemory<byte>[] welcome, CancellationToken ended)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(ended);
        _patience = CancellationTokenSource.CreateLinkedTokenSource(leaving.Token);
        Task reading = ReadAsync(leaving);
        try
        {
            foreach (ReadOnlyMemory<byte> text in welcome)
            {
                await SendAsync(text, WebSocketMessageType.Text).ConfigureAwait(false);
            }

            await PumpAsync(leaving.Token).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is OperationCanceledException or WebSocketException
            or ObjectDisposedException)
        {
            // It has gone, it takes nothing any more, or the worker stops.
        }

        await leaving.CancelAsync().ConfigureAwait(false);
        await reading.ConfigureAwait(false);
        await CloseAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _patience?.Dispose();
        socket.Dispose();
    }

    private async Task PumpAsync(CancellationToken leaving)
    {
        using var timer = new PeriodicTimer(Round);
        long told = 0;
        for (long round = 0; await timer.WaitForNextTickAsync(leaving).ConfigureAwait(false); round++)
        {
            _frame.SetTime(clock.Now);
            await SendAsync(_frame.Memory, WebSocketMessageType.Binary).ConfigureAwait(false);
            foreach (FoxgloveSubscriptions.Entry entry in _subscriptions.Active)
            {
                for (int i = 0; i < MostPerRound && entry.Stream.TryNext(_frame, entry.Id); i++)
                {
                    await SendAsync(_frame.Memory, WebSocketMessageType.Binary).ConfigureAwait(false);
                }
            }

            long lost = round % RoundsBetweenWarnings == 0 ? Lost : told;
            string? problem = Interlocked.Exchange(ref _problem, null)
                ?? (lost > told ? $"{lost} messages dropped so far: this connection is too slow for them." : null);
            if (problem is not null)
            {
                told = lost;
                await SendAsync(FoxgloveTexts.Warning(problem), WebSocketMessageType.Text).ConfigureAwait(false);
            }
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> message, WebSocketMessageType type)
    {
        _patience!.CancelAfter(SlowestSend);
        await socket.SendAsync(message, type, endOfMessage: true, _patience.Token).ConfigureAwait(false);
    }

    /// <summary>Ends the connection as RFC 6455 asks for, where it still is in a state for that.</summary>
    private async Task CloseAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token)
                    .ConfigureAwait(false);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or WebSocketException
            or ObjectDisposedException)
        {
            // Then it ends without.
        }
    }

    private async Task ReadAsync(CancellationTokenSource leaving)
    {
        var buffer = new byte[LargestRequestBytes];
        try
        {
            while (true)
            {
                int length = 0;
                ValueWebSocketReceiveResult part;
                do
                {
                    part = await socket.ReceiveAsync(buffer.AsMemory(length), leaving.Token).ConfigureAwait(false);
                    length += part.Count;
                }
                while (!part.EndOfMessage && length < buffer.Length);

                if (part.MessageType == WebSocketMessageType.Close || !part.EndOfMessage)
                {
                    break;
                }

                _problem = part.MessageType == WebSocketMessageType.Text
                    ? _subscriptions.Take(buffer.AsSpan(0, length))
                    : "This server is read-only: it takes no messages.";
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or WebSocketException
            or ObjectDisposedException)
        {
            // It has gone, or the worker stops.
        }

        await leaving.CancelAsync().ConfigureAwait(false);
    }
}
