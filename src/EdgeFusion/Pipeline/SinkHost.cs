using EdgeFusion.Diagnostics;
using EdgeFusion.Models;
using EdgeFusion.Predictions;

namespace EdgeFusion.Pipeline;

/// <summary>Owns the thread of one sink: takes predictions from the ring and hands them over.</summary>
/// <remarks><b>Threading.</b> <see cref="Signal"/> from the fusion thread, the rest from the pipeline's
/// owner.</remarks>
internal sealed class SinkHost : IDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(1);

    private readonly IPredictionSink _sink;
    private readonly PredictionRing _ring;
    private readonly Prediction _own;
    private readonly IPipelineObserver _observer;
    private readonly AutoResetEvent _signal = new(false);
    private readonly Thread _thread;
    private volatile bool _stopping;
    private long _dropped;
    private string? _problem;

    public SinkHost(IPredictionSink sink, PredictionRing ring, ModelManifest manifest, IPipelineObserver observer)
    {
        _sink = sink;
        _ring = ring;
        _own = new Prediction(manifest);
        _observer = observer;
        _thread = new Thread(Run) { Name = "sink " + sink.Name, IsBackground = true };
    }

    /// <summary>Name of the sink.</summary>
    public string Name => _sink.Name;

    /// <summary>Predictions this sink was too slow to take, or failed on.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    public void Start() => _thread.Start();

    public void Signal() => _signal.Set();

    /// <summary>Lets the sink take what is in the ring, for up to a second, and ends its thread.</summary>
    public void Dispose()
    {
        _stopping = true;
        _signal.Set();
        if (!_thread.IsAlive || _thread.Join(StopPatience))
        {
            _signal.Dispose();
        }
    }

    private void Run()
    {
        long next = 0;
        while (true)
        {
            bool last = _stopping;
            while (next < _ring.Published)
            {
                next = Take(next);
            }

            if (last)
            {
                return;
            }

            _signal.WaitOne();
        }
    }

    private long Take(long next)
    {
        if (!_ring.TryCopy(next, _own))
        {
            long resume = Math.Max(_ring.Oldest + (PredictionRing.Capacity / 8), next + 1);
            _dropped += resume - next;
            Report($"too slow: {_dropped} predictions lost so far");
            return resume;
        }

        try
        {
            _sink.Write(_own);
            Report(null);
        }
#pragma warning disable CA1031 // A sink's failure (disk full, defect) must not stop the predictions: count and go on.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _dropped++;
            Report(failure.Message);
        }

        return next + 1;
    }

    /// <summary>Reports the beginning and the end of an episode, not each prediction of it.</summary>
    private void Report(string? problem)
    {
        bool changed = problem is null != _problem is null;
        _problem = problem;
        if (changed)
        {
            _observer.SinkChanged(_sink.Name, problem);
        }
    }
}
