using EdgeFusion.Time;

namespace EdgeFusion.Sensing.Ros;

/// <summary>What the two bridges share: waiting, decoding, stamping, counting.</summary>
/// <remarks>
/// Sends nothing but a subscription: it cannot move a robot. <b>Threading.</b> As <see cref="ISensor"/> says; counters
/// from any thread. Hot path: no allocation per good message.
/// </remarks>
public abstract class RosSensor : ISensor, ICountingSensor
{
    private long _received;
    private long _bad;
    private long _foreign;
    private long _repeated;
    private bool _gap;

    private protected RosSensor(SensorInfo info, RosTopicOptions options)
    {
        ArgumentNullException.ThrowIfNull(info);
        ArgumentNullException.ThrowIfNull(options);
        if (!Uri.TryCreate(options.Url, UriKind.Absolute, out Uri? url) || url.Scheme is not ("ws" or "wss"))
        {
            throw new ArgumentException($"'{options.Url}' is no ws:// or wss:// address.", nameof(options));
        }

        Info = info;
        Options = options;
    }

    /// <inheritdoc/>
    public SensorInfo Info { get; }

    /// <summary>Messages of the topic that came.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Messages that were damaged or did not fit, and were left out.</summary>
    public long Bad => Volatile.Read(ref _bad);

    /// <summary>Messages about other joints than ours.</summary>
    public long Foreign => Volatile.Read(ref _foreign);

    /// <summary>Messages with the stamp of the one before.</summary>
    public long Repeated => Volatile.Read(ref _repeated);

    /// <inheritdoc/>
    public IReadOnlyList<SensorCounter> Counters =>
    [
        new("messages_received", Received, CounterRole.Captured), new("messages_bad", Bad, CounterRole.Dropped),
        new("messages_foreign", Foreign, CounterRole.Dropped),
        new("messages_repeated", Repeated, CounterRole.Dropped),
    ];

    private protected RosTopicOptions Options { get; }

    /// <inheritdoc/>
    public void Capture(SampleSink sink, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(sink);
        if (stopping.IsCancellationRequested)
        {
            return;
        }

        try
        {
            using WebSocketLine line = WebSocketLine.Open(
                Options.Url, SubProtocols, Options.MaxMessageBytes, Options.StartTimeout, stopping);
            _gap = false;
            Run(line, sink, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped while connecting.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => GC.SuppressFinalize(this);

    private protected abstract ReadOnlySpan<string> SubProtocols { get; }

    /// <summary>A conversation over one connection.</summary>
    private protected abstract IRosConversation Begin(WebSocketLine line);

    private void Run(WebSocketLine line, SampleSink sink, CancellationToken stopping)
    {
        IRosConversation conversation = Begin(line);
        var stamper = new RosStamper(Info, Options.Clock, sink.Clock);
        Timestamp deadline = sink.Clock.Now + Options.StartTimeout;
        bool hasSpoken = false;
        while (!stopping.IsCancellationRequested)
        {
            TimeSpan left = deadline - sink.Clock.Now;
            if (left <= TimeSpan.Zero || !line.TryReceive(left, out ReadOnlySpan<byte> message))
            {
                if (stopping.IsCancellationRequested)
                {
                    return;
                }

                throw Silent(conversation, hasSpoken);
            }

            if (conversation.Take(message, line.IsBinary, out ReadOnlySpan<byte> payload, out Timestamp logTime)
                && Deliver(conversation.Decoder!, payload, logTime, sink, stamper))
            {
                hasSpoken = true;
                deadline = sink.Clock.Now + Options.SilenceTimeout;
            }
        }
    }

    private bool Deliver(
        RosDecoder decoder, ReadOnlySpan<byte> payload, Timestamp logTime, SampleSink sink, RosStamper stamper)
    {
        Volatile.Write(ref _received, _received + 1);
        Timestamp arrival = sink.Clock.Now;
        switch (decoder.Decode(payload, sink.Claim(), out RosSample sample))
        {
            case RosVerdict.NotOurs:
                Volatile.Write(ref _foreign, _foreign + 1);
                return false;
            case RosVerdict.Bad:
                Volatile.Write(ref _bad, _bad + 1);
                _gap = true;
                return false;
        }

        if (stamper.IsRepeated(sample.Stamp))
        {
            Volatile.Write(ref _repeated, _repeated + 1);
            return false;
        }

        Timestamp capture = stamper.Capture(in sample, logTime, arrival);
        sink.Commit(capture, arrival, sample.Length, _gap ? SampleFlags.Gap : SampleFlags.None);
        _gap = false;
        return true;
    }

    private SensorException Silent(IRosConversation conversation, bool hasSpoken)
    {
        string reason = conversation.Decoder is { Fault.Length: > 0 } decoder
            ? $"messages come, but {decoder.Fault}"
            : conversation.Trouble;
        TimeSpan limit = hasSpoken ? Options.SilenceTimeout : Options.StartTimeout;
        return new SensorException(FormattableString.Invariant(
            $"Topic '{Options.Topic}' of {Options.Url}: nothing usable for {limit.TotalSeconds:0.#} s: {reason}."));
    }
}
