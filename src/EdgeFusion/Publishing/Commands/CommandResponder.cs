using System.Collections.Concurrent;
using System.Text.Json;
using EdgeFusion.Publishing.Durable;
using EdgeFusion.Publishing.Requests;
using EdgeFusion.Time;

namespace EdgeFusion.Publishing.Commands;

/// <summary>Takes commands from the broker, has the allowed ones carried out, and answers. Everything else is refused,
/// counted and told.</summary>
/// <remarks>
/// A command comes from anybody whom the broker lets through, so: nothing retained, nothing large, few at a time, only
/// verbs that the configuration allows, only fields that the verb has, and answers go below the node's own topic for
/// them. What is retained, too large or too often gets no answer, so that nobody makes the node talk.
/// <b>Threading.</b> <see cref="Received"/> on the outbox's thread, which it never holds up; the handler on a thread of
/// its own; counters: any. <b>Bounds.</b> <see cref="MostWaiting"/> commands wait.
/// </remarks>
internal sealed class CommandResponder : IInbox, IDisposable
{
    /// <summary>Most bytes of a command.</summary>
    public const int MaxPayload = 4096;

    /// <summary>Most commands that wait for the one that is being carried out.</summary>
    public const int MostWaiting = 16;

    private static readonly TimeSpan TellAgain = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(1);

    private readonly Outbox _outbox;
    private readonly NodeTopics _topics;
    private readonly CommandOptions _options;
    private readonly ICommandHandler _handler;
    private readonly PipelineClock _clock;
    private readonly IOutboxObserver? _observer;
    private readonly BacklogRate _rate;
    private readonly BlockingCollection<Job> _waiting = new(MostWaiting);
    private readonly Lock _gate = new();
    private readonly Timestamp[] _toldAt = new Timestamp[Enum.GetValues<CommandRefusal>().Length];
    private CommandCounters _counters;
    private Thread? _thread;

    public CommandResponder(
        Outbox outbox, NodeTopics topics, CommandOptions options, ICommandHandler handler, PipelineClock clock,
        IOutboxObserver? observer)
    {
        options.Validate();
        _outbox = outbox;
        _topics = topics;
        _options = options;
        _handler = handler;
        _clock = clock;
        _observer = observer;
        _rate = new BacklogRate(options.PerSecond, burstSeconds: 1);
        _toldAt.AsSpan().Fill(Timestamp.MinValue);
    }

    /// <summary>What became of all that came; consistent.</summary>
    public CommandCounters Counters
    {
        get
        {
            lock (_gate)
            {
                return _counters;
            }
        }
    }

    /// <summary>Starts the thread that carries commands out.</summary>
    public void Start()
    {
        _thread = new Thread(Run) { Name = "edgefusion-commands", IsBackground = true };
        _thread.Start();
    }

    public void Received(InboundMessage message)
    {
        lock (_gate)
        {
            _counters = _counters with { Received = _counters.Received + 1 };
        }

        Timestamp now = _clock.Now;
        if (message.IsRetained)
        {
            Refuse(message, CommandRefusal.Retained, default);
        }
        else if (message.Payload.Length > MaxPayload)
        {
            Refuse(message, CommandRefusal.TooLarge, default);
        }
        else if (!_rate.IsOpen(now))
        {
            Refuse(message, CommandRefusal.TooOften, default);
        }
        else
        {
            _rate.Count();
            Sort(message);
        }
    }

    /// <summary>Carries out the next command that waits; for the thread, and for tests that drive it by hand.</summary>
    /// <returns>Whether there was one.</returns>
    internal bool RunNext()
    {
        if (!_waiting.TryTake(out Job? job))
        {
            return false;
        }

        Carry(job);
        return true;
    }

    /// <summary>Ends the thread; a command that hangs is left to itself.</summary>
    public void Dispose()
    {
        _waiting.CompleteAdding();
        if (_thread?.Join(StopPatience) != false)
        {
            _waiting.Dispose();
        }
    }

    private void Sort(InboundMessage message)
    {
        CommandVerb? verb = CommandVerb.Find(message.Topic[(message.Topic.LastIndexOf('/') + 1)..]);
        CommandRequest? request = verb is null ? null : CommandRequest.TryParse(verb, message.Payload.Span);
        var reply = ReplyAddress.Of(message, request?.ResponseTopic, request?.Correlation);
        if ((reply.Topic is { } topic && !ReplyAddress.IsAllowed(topic, _topics.CommandResponses))
            || reply.Correlation.Length > ReplyAddress.MaxCorrelation)
        {
            Refuse(message, CommandRefusal.ResponseTopic, default);
        }
        else if (verb is null || !_options.Allow.Contains(verb.Name))
        {
            Refuse(message, CommandRefusal.NotAllowed, reply);
        }
        else if (request is null)
        {
            Refuse(message, CommandRefusal.Malformed, reply);
        }
        else
        {
            Take(message, new Job(verb, request.Fields, reply));
        }
    }

    private void Take(InboundMessage message, Job job)
    {
        // Counted first: the thread may be done with it at once.
        Count(waiting: 1);
        if (_waiting.IsAddingCompleted || !_waiting.TryAdd(job))
        {
            Count(waiting: -1);
            Refuse(message, CommandRefusal.TooOften, default);
        }
    }

    private void Run()
    {
        foreach (Job job in _waiting.GetConsumingEnumerable())
        {
            Carry(job);
        }
    }

    private void Carry(Job job)
    {
        string? fault;
        try
        {
            fault = _handler.Execute(job.Verb, job.Fields);
        }
#pragma warning disable CA1031 // A defect in a command must not end the process, which predicts.
        catch (Exception defect)
#pragma warning restore CA1031
        {
            fault = $"it failed with {defect.GetType().Name}";
        }

        Count(waiting: -1, done: fault is null ? 1 : 0, failed: fault is null ? 0 : 1);
        _observer?.CommandCarriedOut(job.Verb.Name, fault);
        Answer(job.Reply, job.Verb.Name, fault);
    }

    private void Refuse(InboundMessage message, CommandRefusal reason, in ReplyAddress reply)
    {
        Count(refused: 1);
        Timestamp now = _clock.Now;
        int index = (int)reason;
        if (_toldAt[index] == Timestamp.MinValue || now - _toldAt[index] >= TellAgain)
        {
            _toldAt[index] = now;
            _observer?.CommandRefused(message.Topic, reason, Counters.Refused);
        }

        Answer(reply, message.Topic[(message.Topic.LastIndexOf('/') + 1)..], reason switch
        {
            CommandRefusal.NotAllowed => "this node does not take this command",
            _ => "the payload is not what the command's schema says",
        });
    }

    private void Answer(in ReplyAddress reply, string verb, string? fault)
    {
        if (reply.Topic is not { } topic)
        {
            return;
        }

        byte[] payload = JsonSerializer.SerializeToUtf8Bytes(
            new CommandReplyPayload(
                PredictionFormat.SchemaVersion, verb, fault is null, fault, _clock.Now.Nanoseconds,
                reply.CorrelationText),
            PayloadContext.Default.CommandReplyPayload);
        _outbox.Enqueue(
            new PublishMessage(
                topic, payload, QualityOfService.AtLeastOnce, false, CommandOptions.ReplyExpiry, PublishMessage.Json)
            {
                Correlation = reply.Correlation,
            });
    }

    private void Count(long waiting = 0, long done = 0, long failed = 0, long refused = 0)
    {
        lock (_gate)
        {
            _counters = _counters with
            {
                Waiting = _counters.Waiting + waiting,
                Done = _counters.Done + done,
                Failed = _counters.Failed + failed,
                Refused = _counters.Refused + refused,
            };
        }
    }

    private sealed record Job(CommandVerb Verb, IReadOnlyDictionary<string, string> Fields, ReplyAddress Reply);
}
