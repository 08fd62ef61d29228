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
        var topics = new NodeTopics(options.Node, options.Prefix);
        HeadPublishOptions[] policies = HeadGates.Find(manifest, options.Heads);
        _headTopics = new string[manifest.Heads.Length];
        _gates = new HeadGate[manifest.Heads.Length];
        for (int i = 0; i < _headTopics.Length; i++)
        {
            _headTopics[i] = topics.Prediction(manifest.Heads[i].Name);
            _gates[i] = new HeadGate(manifest, i, policies[i]);
        }

        _heartbeat = new NodeHeartbeat(
            outbox, clock, topics, sensors,
            Array.ConvertAll<ModelHead, string>([.. manifest.Heads], head => head.Name), options);
        byte[] info = JsonSerializer.SerializeToUtf8Bytes(
            NodeInfo.Describe(manifest, engine, sensors, policies, topics, options, outbox.AllowedCommands),
            PayloadContext.Default.InfoPayload);
        outbox.Enqueue(
            new PublishMessage(
                topics.Info, info, QualityOfService.AtLeastOnce, true, TimeSpan.Zero, PublishMessage.Json),
            OutboxPolicy.KeepLast);
        outbox.ServeReplays(topics);
        outbox.SetHeartbeat(this);
    }

    /// <inheritdoc/>
    public string Name => "publisher";

    /// <inheritdoc/>
    public void Write(Prediction prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
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
            _options.PredictionExpiry, _contentType)
        {
            Key = new MessageKey(prediction.Epoch, note.Sequence),
        });
    }

    /// <summary>Predictions that were lost on the way here are lost for subscribers, too; they are told.</summary>
    private void DeclareMissed(long epoch, int head)
    {
        HeadGate gate = _gates[head];
        long next = gate.LastSequence + 1 - gate.Notes.Length;
        _outbox.Gaps.Note(new GapRange(_headTopics[head], epoch, next - gate.Missed, next - 1, GapReason.Skipped));
    }
}
