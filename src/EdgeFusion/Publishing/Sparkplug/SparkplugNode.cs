using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Publishing.Policies;
using EdgeFusion.Time;

namespace EdgeFusion.Publishing.Sparkplug;

/// <summary>A Sparkplug B 3.0 edge node beside the native topics, on a connection of its own.</summary>
/// <remarks>
/// <para>Devices: one per sensor, born while the sensor is live, and "fusion" with the answers. Metrics go on change; a
/// head's on-change policy gives the threshold.</para>
/// <para><b>Threading.</b> <see cref="Write"/> on the sink's thread; it never waits for the network. <b>Ownership.</b>
/// Owns the publisher.</para>
/// </remarks>
public sealed class SparkplugNode : IPredictionSink, IDisposable
{
    /// <summary>How often sensors are looked at where no prediction comes.</summary>
    private static readonly TimeSpan LongestPump = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(3);

    private readonly IPublisher _publisher;
    private readonly PipelineClock _clock;
    private readonly SparkplugSession _session;
    private readonly CancellationTokenSource _stopping = new();
    private Thread? _thread;
    private bool _disposed;

    /// <summary>Creates a node; <see cref="Start"/> begins to connect.</summary>
    /// <param name="manifest">The model whose predictions will come.</param>
    /// <param name="sensors">The sensors to tell about.</param>
    /// <param name="policies">What of each head is published; see <see cref="PredictionPublisherOptions"/>.</param>
    /// <param name="publisher">The transport, under a client identifier of its own.</param>
    /// <param name="clock">The pipeline's clock.</param>
    /// <param name="options">Names and state file.</param>
    /// <param name="observer">Told of connections and losses; null for nobody.</param>
    /// <exception cref="ConfigurationException">The options are wrong.</exception>
    public SparkplugNode(
        ModelManifest manifest, IReadOnlyList<ISensorHealth> sensors,
        IReadOnlyDictionary<string, HeadPublishOptions> policies, IPublisher publisher, PipelineClock clock,
        SparkplugOptions options, IOutboxObserver? observer = null)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(sensors);
        ArgumentNullException.ThrowIfNull(policies);
        ArgumentNullException.ThrowIfNull(publisher);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Check() is { Count: > 0 } faults)
        {
            throw new ConfigurationException("The Sparkplug options are wrong: " + string.Join("; ", faults) + ".");
        }

        _publisher = publisher;
        _clock = clock;
        var metrics = new SparkplugMetrics(
            manifest, sensors, policies, options.Version, SparkplugMetrics.Milliseconds(clock.Now));
        _session = new SparkplugSession(publisher, clock, metrics, options, new Random(), observer);
    }

    /// <inheritdoc/>
    public string Name => "sparkplug";

    /// <summary>Whether births have been published on the connection that stands.</summary>
    public bool IsBorn => _session.IsBorn;

    /// <inheritdoc/>
    public void Write(Prediction prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        _session.Take(prediction);
    }

    /// <summary>Starts the node's thread, which connects and keeps connected.</summary>
    public void Start()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_thread is null)
        {
            _thread = new Thread(Run) { Name = "edgefusion-sparkplug", IsBackground = true };
            _thread.Start();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _stopping.Cancel();
        _publisher.Wake();
        if (_thread is null)
        {
            _publisher.Dispose();
        }

        // A thread that is stuck in the transport ends by itself; its token source stays for it.
        _thread?.Join(LongestStop);
    }

    private void Run()
    {
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                Timestamp next = _session.Step(LongestPump, _stopping.Token);
                if (next > _clock.Now)
                {
                    _clock.WaitUntil(next, _stopping.Token);
                }
            }

            _session.Farewell();
        }
        finally
        {
            _publisher.Dispose();
        }
    }
}
