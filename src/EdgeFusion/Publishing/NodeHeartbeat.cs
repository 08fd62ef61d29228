using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using EdgeFusion.Publishing.Commands;
using EdgeFusion.Publishing.Policies;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Publishing;

/// <summary>Heartbeats of a node and the states of its sensors.</summary>
/// <remarks><b>Threading.</b> <see cref="Note"/> on the sink's thread, the rest on the outbox's.</remarks>
internal sealed class NodeHeartbeat : IHeartbeat, IDisposable
{
    private const double NanosecondsPerMillisecond = 1e6;

    private readonly Outbox _outbox;
    private readonly PipelineClock _clock;
    private readonly PredictionPublisherOptions _options;
    private readonly string _epoch;
    private readonly string _topic;
    private readonly string _gapsTopic;
    private readonly SensorTrack[] _sensors;
    private readonly string[] _headNames;
    private readonly HeadBeatPayload[] _heads;
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly Utf8JsonWriter _json = new(Stream.Null);
    private readonly Lock _gate = new();
    private long _predictions;
    private long _window;
    private long _sequence;
    private long _gapsTold;
    private KeptRun[] _runsTold = [];
    private Timestamp _end;
    private long _beats;

    public NodeHeartbeat(
        Outbox outbox, PipelineClock clock, NodeTopics topics, IReadOnlyList<ISensorHealth> sensors,
        string[] heads, PredictionPublisherOptions options)
    {
        _outbox = outbox;
        _clock = clock;
        _options = options;
        _epoch = PredictionFormat.EpochText(options.Epoch);
        _topic = topics.Heartbeat;
        _gapsTopic = topics.Gaps;
        _headNames = heads;
        _heads = new HeadBeatPayload[heads.Length];
        _sensors = new SensorTrack[sensors.Count];
        for (int i = 0; i < _sensors.Length; i++)
        {
            _sensors[i] = new SensorTrack(sensors[i], topics.Sensor(sensors[i].Info.Name));
        }
    }

    /// <summary>A prediction has been taken, and enqueued as far as the policies want it.</summary>
    public void Note(long window, long sequence, Timestamp end, HeadGate[] gates)
    {
        lock (_gate)
        {
            _predictions++;
            _window = window;
            _sequence = sequence;
            _end = end;
            for (int i = 0; i < gates.Length; i++)
            {
                long last = gates[i].LastSequence;
                _heads[i] = new HeadBeatPayload(last < 0 ? null : last, gates[i].Suppressed);
            }
        }
    }

    public void Beat(Timestamp now)
    {
        foreach (SensorTrack sensor in _sensors)
        {
            if (sensor.IsDue(now, _options.SensorInterval))
            {
                Send(
                    sensor.Topic, sensor.Describe(now, _options.Node), PayloadContext.Default.SensorPayload,
                    QualityOfService.AtLeastOnce, retain: true, _options.SensorExpiry);
            }
        }

        TellGaps(now);
        Send(
            _topic, Describe(now), PayloadContext.Default.HeartbeatPayload, QualityOfService.AtMostOnce, retain: false,
            _options.HeartbeatExpiry);
    }

    public void Dispose() => _json.Dispose();

    /// <summary>Tells what is lost for good and how far earlier runs had come, whenever that has changed.</summary>
    /// <remarks>A killed run says no more how far it had come; a subscriber that has missed its last messages learns
    /// it here only.</remarks>
    private void TellGaps(Timestamp now)
    {
        GapLedger ledger = _outbox.Gaps;
        long version = ledger.Version;
        KeptRun[] runs = _outbox.Runs;
        bool runsAreTold = runs.Length == 0 || ReferenceEquals(runs, _runsTold);
        if (version == _gapsTold && runsAreTold)
        {
            return;
        }

        _gapsTold = version;
        _runsTold = runs;
        Send(
            _gapsTopic,
            new GapsPayload(
                PredictionFormat.SchemaVersion, _options.Node, _epoch, now.Nanoseconds, ledger.Total,
                Array.ConvertAll(ledger.Snapshot(), Describe), Array.ConvertAll(runs, Describe)),
            PayloadContext.Default.GapsPayload, QualityOfService.AtLeastOnce, retain: true, TimeSpan.Zero);
    }

    private static GapPayload Describe(GapRange range) => new(
        range.Topic, PredictionFormat.EpochText(range.Epoch), range.From, range.To,
        range.Reason switch
        {
            GapReason.Full => "full",
            GapReason.Expired => "expired",
            GapReason.Refused => "refused",
            GapReason.Skipped => "skipped",
            _ => "damaged",
        });

    private static RunPayload Describe(KeptRun run) =>
        new(run.Topic, PredictionFormat.EpochText(run.Epoch), run.From, run.To);

    private HeartbeatPayload Describe(Timestamp now)
    {
        OutboxCounters counters = _outbox.Counters;
        var heads = new Dictionary<string, HeadBeatPayload>(_heads.Length);
        lock (_gate)
        {
            bool any = _predictions > 0;
            for (int i = 0; i < _heads.Length; i++)
            {
                heads[_headNames[i]] = _heads[i];
            }

            return new HeartbeatPayload(
                PredictionFormat.SchemaVersion, _options.Node, _epoch, _beats++, now.Nanoseconds,
                _clock.WallOffsetNanoseconds, _predictions, any ? _window : null, any ? _sequence : null, heads,
                any ? now.NanosecondsSince(_end) / NanosecondsPerMillisecond : null,
                new OutboxPayload(
                    counters.Waiting, counters.Enqueued, counters.Published, counters.Acknowledged, counters.Unheard,
                    counters.Evicted, counters.Evicted - counters.EvictedReplaced, counters.Reconnects,
                    counters.InMemory, counters.Replayed),
                _outbox.Commands is { } commands ? Describe(commands) : null);
        }
    }

    private static CommandsPayload Describe(in CommandCounters commands) =>
        new(commands.Received, commands.Done, commands.Failed, commands.Refused);

    private void Send<T>(
        string topic, T payload, JsonTypeInfo<T> type, QualityOfService quality, bool retain, TimeSpan expiry)
    {
        _buffer.ResetWrittenCount();
        _json.Reset(_buffer);
        JsonSerializer.Serialize(_json, payload, type);
        _json.Flush();
        _outbox.Enqueue(
            new PublishMessage(topic, _buffer.WrittenMemory, quality, retain, expiry, PublishMessage.Json),
            OutboxPolicy.KeepLast);
    }

    /// <summary>What was last told about a sensor.</summary>
    private sealed class SensorTrack(ISensorHealth sensor, string topic)
    {
        private SensorState? _told;
        private Timestamp _toldAt;
        private long _toldTaken;

        public string Topic => topic;

        public bool IsDue(Timestamp now, TimeSpan interval) =>
            _told != sensor.State || now - _toldAt >= interval;

        /// <summary>Age in ms; a sample that has come since the beat began is 0 old.</summary>
        private static double Age(Timestamp now, Timestamp arrival) =>
            Math.Max(0, now.NanosecondsSince(arrival)) / NanosecondsPerMillisecond;

        public SensorPayload Describe(Timestamp now, string node)
        {
            SensorState state = sensor.State;
            long taken = sensor.Taken;
            Timestamp? arrival = sensor.LastArrival;
            double seconds = now.NanosecondsSince(_toldAt) / (double)Timestamp.NanosecondsPerSecond;
            double rate = _told is null || seconds <= 0
                ? 0
                : (taken - _toldTaken) * sensor.Info.FramesPerBlock / seconds;
            _told = state;
            _toldAt = now;
            _toldTaken = taken;
            return new SensorPayload(
                PredictionFormat.SchemaVersion, node, sensor.Info.Name, sensor.Info.Modality, Word(state),
                Detail(state), Math.Round(rate, 2),
                arrival is { } last ? Age(now, last) : null, now.Nanoseconds,
                taken, sensor.Rejected, sensor.Overwritten, sensor.Restarts,
                DevicePayload.From(sensor.Device), AccountPayload.From(sensor.Account),
                ZeroPayload.From(sensor.Zero));
        }

        private static string Word(SensorState state) => state switch
        {
            SensorState.Live => "ok",
            SensorState.Stale => "stale",
            _ => "off",
        };

        private static string Detail(SensorState state) => state switch
        {
            SensorState.Starting => "starting",
            SensorState.Live => "live",
            SensorState.Stale => "stale",
            SensorState.Faulted => "faulted",
            _ => "stopped",
        };
    }
}
