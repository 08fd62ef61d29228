using System.Buffers;
using System.Text.Json;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
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
    private readonly ArrayBufferWriter<byte> _headBuffer = new(4096);
    private readonly string[] _headTopics;
    private readonly NodeHeartbeat _heartbeat;
    private readonly IReadOnlyList<ISensorHealth> _sensors;
    private readonly NodeTopics _topics;
    private ModelManifest _announced;
    private long _expiryTicks;

    /// <summary>Creates a publisher, gives the node's info to the outbox and becomes its heartbeat.</summary>
    /// <param name="manifest">The model whose predictions will come.</param>
    /// <param name="engine">What it runs on; null where not known.</param>
    /// <param name="sensors">The sensors to tell about.</param>
    /// <param name="outbox">Where messages go; not started yet.</param>
    /// <param name="clock">The pipeline's clock.</param>
    /// <param name="options">Names and expiries.</param>
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
        _format = new PredictionFormat(manifest, new PredictionFormatOptions { Node = options.Node });
        _sensors = sensors;
        _expiryTicks = options.PredictionExpiry.Ticks;
        var topics = new NodeTopics(options.Node, options.Prefix);
        _topics = topics;
        _headTopics = new string[manifest.Heads.Length];
        for (int i = 0; i < _headTopics.Length; i++)
        {
            _headTopics[i] = topics.Prediction(manifest.Heads[i].Name);
        }

        _heartbeat = new NodeHeartbeat(outbox, clock, topics, sensors, options);
        _announced = manifest;
        Announce(manifest, engine);
        outbox.ServeReplays(topics);
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

    /// <inheritdoc/>
    public void Write(Prediction prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        if (!ReferenceEquals(prediction.Manifest, _announced))
        {
            Announce(prediction.Manifest, prediction.Engine);
        }

        Timestamp now = _clock.Now;
        for (int i = 0; i < _headTopics.Length; i++)
        {
            _headBuffer.ResetWrittenCount();
            _format.WriteHead(prediction, i, now, _headBuffer);
            _outbox.Enqueue(new PublishMessage(
                _headTopics[i], _headBuffer.WrittenMemory, QualityOfService.AtLeastOnce, false,
                PredictionExpiry, PublishMessage.Json)
            {
                Key = new MessageKey(prediction.Epoch, prediction.Sequence),
            });
        }

        _heartbeat.Note(prediction.Window, prediction.Sequence, prediction.End);
    }

    /// <inheritdoc/>
    public void Beat(Timestamp now) => _heartbeat.Beat(now);

    /// <inheritdoc/>
    public void Dispose()
    {
        _format.Dispose();
        _heartbeat.Dispose();
    }

    /// <summary>Tells subscribers about the model, before the first prediction that it answers.</summary>
    private void Announce(ModelManifest manifest, EngineInfo? engine)
    {
        _announced = manifest;
        byte[] info = JsonSerializer.SerializeToUtf8Bytes(
            NodeInfo.Describe(manifest, engine, _sensors, _topics, _options), PayloadContext.Default.InfoPayload);
        _outbox.Enqueue(
            new PublishMessage(
                _topics.Info, info, QualityOfService.AtLeastOnce, true, TimeSpan.Zero, PublishMessage.Json),
            OutboxPolicy.KeepLast);
    }
}
