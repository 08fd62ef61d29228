using System.Buffers;
using Microsoft.Extensions.Logging;

namespace EdgeFusion.Worker.Dashboard;

/// <summary>
/// Makes a snapshot a few times per second while anyone looks, one for all viewers. A viewer takes the newest when it
/// can: a slow one misses snapshots and costs nobody else anything.
/// </summary>
internal sealed partial class DashboardFeed : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly Func<SnapshotWriter> _open;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopping = new();
    private TaskCompletionSource<Snapshot> _next = New();
    private Task _loop = Task.CompletedTask;
    private int _viewers;

    /// <param name="open">Opens a writer when the first viewer comes.</param>
    /// <param name="logger">Told of a defect.</param>
    public DashboardFeed(Func<SnapshotWriter> open, ILogger logger)
    {
        _open = open;
        _logger = logger;
    }

    /// <summary>One state of everything.</summary>
    /// <param name="Number">Counts snapshots; a hole is what a slow viewer missed.</param>
    /// <param name="Json">UTF-8.</param>
    public sealed record Snapshot(long Number, ReadOnlyMemory<byte> Json);

    /// <summary>Who looks now.</summary>
    public int Viewers => Volatile.Read(ref _viewers);

    /// <summary>Adds a viewer; dispose the result when it goes.</summary>
    public Subscription Subscribe()
    {
        lock (_lock)
        {
            if (++_viewers == 1 && _loop.IsCompleted)
            {
                _loop = Task.Run(LoopAsync);
            }
        }

        return new Subscription(this);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping.Cancel();
        _loop.Wait(TimeSpan.FromSeconds(1));
        _stopping.Dispose();
    }

    private static TaskCompletionSource<Snapshot> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task LoopAsync()
    {
        try
        {
            using SnapshotWriter writer = _open();
            using var timer = new PeriodicTimer(Interval);
            for (long number = 1; await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false); number++)
            {
                if (IsDeserted())
                {
                    return;
                }

                var buffer = new ArrayBufferWriter<byte>(16_384);
                writer.Write(buffer);
                Interlocked.Exchange(ref _next, New()).TrySetResult(new Snapshot(number, buffer.WrittenMemory));
            }
        }
        catch (OperationCanceledException)
        {
            // The worker stops.
        }
#pragma warning disable CA1031 // A defect of the page must stay one of the page.
        catch (Exception defect)
#pragma warning restore CA1031
        {
            Failed(defect);
            Interlocked.Exchange(ref _next, New()).TrySetException(defect);
        }
    }

    private bool IsDeserted()
    {
        lock (_lock)
        {
            if (_viewers > 0)
            {
                return false;
            }

            // The next viewer starts a loop of its own.
            _loop = Task.CompletedTask;
            return true;
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            _viewers--;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "the dashboard has a defect and stands still")]
    private partial void Failed(Exception defect);

    /// <summary>One viewer's place.</summary>
    public sealed class Subscription(DashboardFeed feed) : IDisposable
    {
        private bool _left;

        /// <summary>The next snapshot that is made from now on.</summary>
        public Task<Snapshot> NextAsync(CancellationToken stopping) =>
            Volatile.Read(ref feed._next).Task.WaitAsync(stopping);

        /// <inheritdoc/>
        public void Dispose()
        {
            if (!_left)
            {
                _left = true;
                feed.Leave();
            }
        }
    }
}
