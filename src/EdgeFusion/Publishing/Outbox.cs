using EdgeFusion.Publishing.Commands;
using EdgeFusion.Publishing.Durable;
using EdgeFusion.Publishing.Requests;
using EdgeFusion.Time;

namespace EdgeFusion.Publishing;

/// <summary>
/// Stores and forwards messages to one publisher: bounded, oldest first, with the only retry loop for transports. A
/// broker that is absent, slow or gone never delays <see cref="Enqueue"/>.
/// </summary>
/// <remarks>
/// <para><b>Delivery.</b> A message of at-least-once stays until the broker has acknowledged it; after a broken
/// connection it is sent again. On each connection the retained state comes first (status, then the rest), then the
/// backlog, oldest first. What is lost is counted by reason in <see cref="Counters"/>.</para>
/// <para><b>Threading.</b> <see cref="Enqueue"/> and <see cref="Counters"/>: any thread. Start, Stop and Dispose: the
/// owner's. The publisher is used, and in the end disposed, by the outbox's own thread only.</para>
/// <para><b>Ownership.</b> Owns the publisher. Hot path: <see cref="Enqueue"/> allocates nothing in steady
/// state.</para>
/// </remarks>
public sealed class Outbox : IDisposable
{
    private readonly OutboxLink _link;
    private readonly IOutboxStore _store;
    private readonly IPublisher _publisher;
    private readonly PipelineClock _clock;
    private readonly OutboxOptions _options;
    private readonly StatusMessages _status;
    private readonly CancellationTokenSource _stopping = new();
    private readonly InboxRouter _router = new();
    private readonly IOutboxObserver? _observer;
    private ReplayResponder? _responder;
    private CommandResponder? _commands;
    private Thread? _thread;
    private bool _disposed;

    /// <summary>Creates an outbox, in memory or (<see cref="OutboxOptions.Log"/>) on disk. <see cref="Start"/> begins
    /// to connect.</summary>
    /// <param name="publisher">The transport; the outbox owns it from here on.</param>
    /// <param name="clock">The pipeline's clock.</param>
    /// <param name="status">What to say at connection, at stop and through the last will.</param>
    /// <param name="options">Limits and times; null for the defaults.</param>
    /// <param name="observer">Told of changes of state; null for nobody.</param>
    /// <param name="random">Source of the jitter; null for one of its own. Not shared with other threads.</param>
    /// <exception cref="ConfigurationException">The options are out of range.</exception>
    public Outbox(
        IPublisher publisher, PipelineClock clock, StatusMessages status, OutboxOptions? options = null,
        IOutboxObserver? observer = null, Random? random = null)
        : this(publisher, clock, status, options ?? new OutboxOptions(), observer, random ?? new Random(), null)
    {
    }

    /// <summary>The same over a store of the caller's.</summary>
    internal Outbox(
        IPublisher publisher, PipelineClock clock, StatusMessages status, OutboxOptions options,
        IOutboxObserver? observer, Random random, IOutboxStore? store)
    {
        ArgumentNullException.ThrowIfNull(publisher);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(status);
        options.Validate();
        _options = options;
        _publisher = publisher;
        _clock = clock;
        _status = status;
        _observer = observer;
        _store = store ?? (options.Log is null ? new OutboxQueue(options) : new DurableStore(options, clock));
        _link = new OutboxLink(publisher, _store, clock, options, status.Lost, observer, random);

        // The first state remembered is the first one repeated on each connection.
        _store.Enqueue(status.Online, OutboxPolicy.KeepLast, clock.Now);
    }

    /// <summary>What has become of all messages so far; consistent.</summary>
    public OutboxCounters Counters => _store.Counters;

    /// <summary>What an earlier run left in the log; null without a log, or where it cannot be used.</summary>
    public OutboxRecovery? Recovery => _store.Recovery;

    /// <summary>What keeps the log on disk from being used; null for nothing.</summary>
    public string? StorageProblem => _store.Problem;

    /// <summary>Requests for a replay that were refused: malformed, retained, too many, or to a topic of others.
    /// </summary>
    public long RejectedRequests => _responder?.Rejected ?? 0;

    /// <summary>What became of the commands that came; null where none are taken.</summary>
    public CommandCounters? Commands => _commands?.Counters;

    /// <summary>Whether a connection stands.</summary>
    public bool IsConnected => _link.IsConnected;

    /// <summary>Where it publishes.</summary>
    public string Target => _publisher.Target;

    /// <summary>Takes a message. Never blocks and never fails; the payload is copied.</summary>
    public void Enqueue(in PublishMessage message, OutboxPolicy policy = OutboxPolicy.DropOldest)
    {
        _store.Enqueue(message, policy, _clock.Now);
        if (_link.IsConnected)
        {
            _publisher.Wake();
        }
    }

    /// <summary>Says who speaks at regular intervals. Set before <see cref="Start"/>.</summary>
    public void SetHeartbeat(IHeartbeat heartbeat) => _link.Heartbeat = heartbeat;

    /// <summary>
    /// Answers subscribers that ask for a range again, where there is a log and the transport can receive. Call before
    /// <see cref="Start"/>.
    /// </summary>
    /// <returns>Whether it will.</returns>
    public bool ServeReplays(NodeTopics topics)
    {
        ArgumentNullException.ThrowIfNull(topics);
        if (_options.Log is null)
        {
            return false;
        }

        _responder = new ReplayResponder(this, topics, _clock);
        return Listen(topics.ReplayRequest, _responder);
    }

    /// <summary>Has commands from the broker carried out, where the transport can receive and some are allowed. Call
    /// before <see cref="Start"/>, and before the node's info is made.</summary>
    /// <param name="topics">The node's topics.</param>
    /// <param name="options">Which, and how many.</param>
    /// <param name="handler">Carries them out.</param>
    /// <returns>Whether it will.</returns>
    /// <exception cref="ConfigurationException">The options are wrong.</exception>
    public bool ServeCommands(NodeTopics topics, CommandOptions options, ICommandHandler handler)
    {
        ArgumentNullException.ThrowIfNull(topics);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(handler);
        if (options.Allow.IsEmpty)
        {
            return false;
        }

        var commands = new CommandResponder(this, topics, options, handler, _clock, _observer);
        if (!Listen(topics.Commands, commands))
        {
            commands.Dispose();
            return false;
        }

        _commands = commands;
        AllowedCommands = options.Allow;
        return true;
    }

    /// <summary>Has somebody told of all messages on some topics that are published from now on; what the broker had
    /// kept is not sent. Call before <see cref="Start"/>.</summary>
    /// <param name="filter">Topics, wildcards allowed.</param>
    /// <param name="inbox">Told on the outbox's thread.</param>
    /// <returns>Whether the transport can receive.</returns>
    public bool Listen(string filter, IInbox inbox)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(inbox);
        if (_publisher is not ICommandChannel channel)
        {
            return false;
        }

        _router.Add(filter, inbox);
        channel.Listen(_router.Filters, _router, retained: false);
        return true;
    }

    /// <summary>Starts the outbox's thread, which connects and keeps connected.</summary>
    public void Start()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_thread is not null)
        {
            return;
        }

        _commands?.Start();
        _thread = new Thread(Run) { Name = "edgefusion-outbox", IsBackground = true };
        _thread.Start();
    }

    /// <summary>
    /// Sends what waits as far as time allows, says "stopped" and disconnects; within
    /// <see cref="OutboxOptions.StopTimeout"/> even where the broker hangs. Idempotent.
    /// </summary>
    /// <returns>Whether the thread has ended; false where the transport is stuck in a call: it then ends by itself.
    /// </returns>
    public bool Stop()
    {
        if (!_disposed)
        {
            _stopping.Cancel();
            _publisher.Wake();
        }

        // The farewell keeps to StopTimeout by itself; the rest is for a call that is just ending.
        TimeSpan slack = TimeSpan.FromMilliseconds(400);
        return _thread is null || _thread.Join(_options.StopTimeout + slack);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        Stop();
        _disposed = true;
        _commands?.Dispose();
        if (_thread is null)
        {
            _publisher.Dispose();
        }

        // A thread that is stuck in the transport touches the store no more than it would a closed one.
        _store.Dispose();

        // The token source stays: a thread that is stuck in the transport may still ask its token.
    }

    /// <summary>Names of the commands that are taken.</summary>
    internal IReadOnlyList<string> AllowedCommands { get; private set; } = [];

    /// <summary>The commands, for tests that drive them by hand.</summary>
    internal CommandResponder? CommandDesk => _commands;

    /// <summary>What was given up, declared.</summary>
    internal GapLedger Gaps => _store.Gaps;

    /// <summary>The earlier runs in the log.</summary>
    internal KeptRun[] Runs => _store.Runs;

    /// <summary>Sends a range again, as far as it is still there.</summary>
    internal bool TryReplay(ReplayJob job) => _store.TryReplay(job);

    /// <summary>One turn of the outbox's thread, for tests that drive it by hand.</summary>
    internal Timestamp Step(TimeSpan longestPump) => _link.Step(longestPump, _stopping.Token);

    /// <summary>The end of the outbox's thread, for tests that drive it by hand.</summary>
    internal void SayFarewell() => _link.Farewell(_status.Stopped);

    private void Run()
    {
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                Timestamp next = _link.Step(_options.HeartbeatInterval, _stopping.Token);
                if (!_link.IsConnected)
                {
                    _clock.WaitUntil(next, _stopping.Token);
                }
            }

            SayFarewell();
        }
        finally
        {
            _publisher.Dispose();
        }
    }
}
