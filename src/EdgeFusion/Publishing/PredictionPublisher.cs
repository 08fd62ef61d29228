using System.Buffers;
using System.Text.Json;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Publishing.Policies;
using EdgeFusion.Time;

namespace EdgeFusion.Publishing;

/// <summary>
/// Turns predictions, heartbeats and sensor states into messages of one node and gives them to an outbox. Topics and
/// payloads: see the schemas under deploy.
/// </summary>
/// <remarks>
/// <b>Threading.</b> <see cref="Write"/> on the sink's thread, <see cref="Beat"/> on the outbox's; both may run at the
/// same time. <b>Ownership.</b> Owns neither outbox nor sensors. Hot path: <see cref="Write"/> allocates nothing in
/// steady state.
/// </remarks>
public sealed class PredictionPublisher : IPredictionSink, IHeartbeat, IDisposable
{
    private readonly PredictionPublisherOptions _options;
    private readonly Outbox _outbox;
    private readonly PipelineClock _clock;
    private readonly PredictionFormat _format;
    private readonly string _contentType;
    private readonly ArrayBufferWriter<byte> _headBuffer = new(4096);
    private readonly string[] _headTopics;
    private readonly HeadGate[] _gates;
    private readonly NodeHeartbeat _heartbeat;
    private readonly IReadOnlyList<ISensorHealth> _sensors;
    private HeadPublishOptions[] _policies;
    private HeadPublishOptions[]? _nextPolicies;
    private readonly NodeTopics _topics;
    private ModelManifest _announced;
    private long _expiryTicks;

    /// <summary>Creates a publisher, gives the node's info to the outbox and becomes its heartbeat.</summary>
    /// <param name="manifest">The model whose predictions will come.</param>
    /// <param name="engine">What it runs on; null where not known.</param>
    /// <param name="sensors">The sensors to tell about.</param>
    /// <param name="outbox">Where messages go; not started yet.</param>
    /// <param name="clock">The pipeline's clock.</param>
    /// <param name="options">Names, policies and expiries.</param>
    /// <exception cref="ConfigurationException">The policies do not fit the model.</exception>
    public PredictionPublisher(
        ModelManifest manifest, EngineInfo? engine, IReadOnlyList<ISensorHealth> sensors, Outbox outbox,
        PipelineClock clock, PredictionPublisherOptions options)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(sensors);
        ArgumentNullException.ThrowIfNull(outbox);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _outbox = outbox;
        _clock = clock;
        _format = new PredictionFormat(
            manifest, new PredictionFormatOptions { Node = options.Node, Encoding = options.Encoding });
        _contentType = options.Encoding == PayloadEncoding.Cbor ? PublishMessage.Cbor : PublishMessage.Json;
        _sensors = sensors;
        _expiryTicks = options.PredictionExpiry.Ticks;
        _topics = new NodeTopics(options.Node, options.Prefix);
        _policies = HeadGates.Find(manifest, options.Heads);
        _headTopics = new string[manifest.Heads.Length];
        _gates = new HeadGate[manifest.Heads.Length];
        for (int i = 0; i < _headTopics.Length; i++)
        {
            _headTopics[i] = _topics.Prediction(manifest.Heads[i].Name);
            _gates[i] = new HeadGate(manifest, i, _policies[i]);
        }

        _heartbeat = new NodeHeartbeat(
            outbox, clock, _topics, sensors,
            Array.ConvertAll<ModelHead, string>([.. manifest.Heads], head => head.Name), options);
        _announced = manifest;
        Announce(manifest, engine);
        outbox.ServeReplays(_topics);
        outbox.SetHeartbeat(this);
    }

    /// <inheritdoc/>
    public string Name => "publisher";

    /// <summary>How long a prediction is worth delivering; may be set at any time.</summary>
    public TimeSpan PredictionExpiry
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref _expiryTicks));
        set => Volatile.Write(ref _expiryTicks, value.Ticks);
    }

    /// <summary>Checks policies by head against a model of this signature.</summary>
    /// <exception cref="ConfigurationException">They do not fit.</exception>
    public static void Check(ModelManifest manifest, IReadOnlyDictionary<string, HeadPublishOptions> policies)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(policies);
        HeadGates.Find(manifest, policies);
    }

    /// <summary>Changes what is published of each head from the next prediction on. Any thread.</summary>
    /// <exception cref="ConfigurationException">The policies do not fit; nothing changes.</exception>
    public void Apply(IReadOnlyDictionary<string, HeadPublishOptions> policies)
    {
        ArgumentNullException.ThrowIfNull(policies);
        Volatile.Write(ref _nextPolicies, HeadGates.Find(_announced, policies));
    }

    /// <inheritdoc/>
    public void Write(Prediction prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        bool changed = TakePolicies(prediction.Manifest);
        if (changed || !ReferenceEquals(prediction.Manifest, _announced))
        {
            Announce(prediction.Manifest, prediction.Engine);
        }

        Timestamp now = _clock.Now;
        for (int i = 0; i < _gates.Length; i++)
        {
            HeadGate gate = _gates[i];
            gate.Judge(prediction);
            if (gate.Missed > 0)
            {
                DeclareMissed(prediction.Epoch, i);
            }

            foreach (ref readonly HeadNote note in gate.Notes)
            {
                Publish(prediction, i, note, now);
            }
        }

        _heartbeat.Note(prediction.Window, prediction.Sequence, prediction.End, _gates);
    }

    /// <inheritdoc/>
    public void Beat(Timestamp now) => _heartbeat.Beat(now);

    /// <inheritdoc/>
    public void Dispose()
    {
        _format.Dispose();
        _heartbeat.Dispose();
    }

    private void Publish(Prediction prediction, int head, in HeadNote note, Timestamp now)
    {
        _headBuffer.ResetWrittenCount();
        _format.WriteHead(prediction, head, note, now, _headBuffer);
        _outbox.Enqueue(new PublishMessage(
            _headTopics[head], _headBuffer.WrittenMemory, QualityOfService.AtLeastOnce, false,
            PredictionExpiry, _contentType)
        {
            Key = new MessageKey(prediction.Epoch, note.Sequence),
        });
    }

    private bool TakePolicies(ModelManifest manifest)
    {
        if (Volatile.Read(ref _nextPolicies) is null || Interlocked.Exchange(ref _nextPolicies, null) is not { } next)
        {
            return false;
        }

        _policies = next;
        for (int i = 0; i < _gates.Length; i++)
        {
            _gates[i] = _gates[i].With(manifest, next[i]);
        }

        return true;
    }

    /// <summary>Tells subscribers about the model, before the first prediction that it answers.</summary>
    private void Announce(ModelManifest manifest, EngineInfo? engine)
    {
        _announced = manifest;
        byte[] info = JsonSerializer.SerializeToUtf8Bytes(
            NodeInfo.Describe(manifest, engine, _sensors, _policies, _topics, _options, _outbox.AllowedCommands),
            PayloadContext.Default.InfoPayload);
        _outbox.Enqueue(
            new PublishMessage(
                _topics.Info, info, QualityOfService.AtLeastOnce, true, TimeSpan.Zero, PublishMessage.Json),
            OutboxPolicy.KeepLast);
    }

    /// <summary>Predictions that were lost on the way here are lost for subscribers, too; they are told.</summary>
    private void DeclareMissed(long epoch, int head)
    {
        HeadGate gate = _gates[head];
        long next = gate.LastSequence + 1 - gate.Notes.Length;
        _outbox.Gaps.Note(new GapRange(_headTopics[head], epoch, next - gate.Missed, next - 1, GapReason.Skipped));
    }
}
