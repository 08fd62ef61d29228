using EdgeFusion.Time;

namespace EdgeFusion.Publishing.Durable;

/// <summary>The thread that forces a log to the disk at intervals, so that nobody else waits for the disk.</summary>
internal sealed class LogFlusher : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Action _flush;
    private readonly PipelineClock _clock;
    private readonly TimeSpan _interval;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Thread _thread;

    public LogFlusher(Action flush, PipelineClock clock, TimeSpan interval)
    {
        _flush = flush;
        _clock = clock;
        _interval = interval;
        _thread = new Thread(Run) { Name = "edgefusion-flush", IsBackground = true };
        _thread.Start();
    }

    public void Dispose()
    {
        _stopping.Cancel();

        // A disk that hangs must not hang the stop.
        _thread.Join(Patience);
    }

    private void Run()
    {
        while (_clock.WaitUntil(_clock.Now + _interval, _stopping.Token))
        {
            _flush();
        }
    }
}
