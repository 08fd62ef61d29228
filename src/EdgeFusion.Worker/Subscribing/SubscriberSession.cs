using System.Buffers;
using System.Globalization;
using System.Text.Json;
using EdgeFusion.Publishing;
using EdgeFusion.Publishing.Cbor;

namespace EdgeFusion.Worker.Subscribing;

/// <summary>
/// The reference subscriber: takes the predictions of some nodes, sees what is missing, asks for it, and keeps account.
/// </summary>
/// <remarks><b>Threading.</b> <see cref="Run"/> on one thread; <see cref="Tracker"/>: any.</remarks>
internal sealed class SubscriberSession : IInbox, IPublishReceipts
{
    private const int MaxTries = 20;

    /// <summary>What a broker keeps for a slow subscriber by default; what comes beyond it drops without a word.
    /// </summary>
    private const int ChunkOfRange = 1_000;

    private const int MostAsked = 1024;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly IPublisher _transport;
    private readonly SubscriberOptions _options;
    private readonly Action<ReadOnlyMemory<byte>> _output;
    private readonly Dictionary<long, (PredictionStream Stream, long From, long To)> _asked = [];
    private long _requests;

    public SubscriberSession(
        IPublisher transport, SubscriberOptions options, Action<ReadOnlyMemory<byte>> output)
    {
        _transport = transport;
        _options = options;
        _output = output;
        Tracker = new DeliveryTracker(options.FromStart);
        var channel = (ICommandChannel)transport;
        string root = $"{NodeTopics.DefaultPrefix}/{options.Node}/";
        channel.Listen(
            [
                root + "prediction/+", root + "heartbeat", root + "status", root + "gaps",
                root + "replay/response/" + options.Id,
            ],
            this, retained: true);
    }

    public DeliveryTracker Tracker { get; }

    /// <summary>Told of connections and gaps, in words.</summary>
    public Action<string>? Log { get; init; }

    private static long Now => Environment.TickCount64;

    /// <summary>Works until cancelled; reconnects.</summary>
    public void Run(CancellationToken stopping)
    {
        TimeSpan pause = TimeSpan.FromMilliseconds(100);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (!_transport.IsConnected)
                {
                    _transport.Connect(null, TimeSpan.FromSeconds(2), stopping);
                    Log?.Invoke($"connected to {_transport.Target}");
                    pause = TimeSpan.FromMilliseconds(100);
                }

                _transport.Pump(TimeSpan.FromMilliseconds(20), this);
                AskForGaps();
            }
            catch (TransportException fault)
            {
                Log?.Invoke(fault.Message);
                stopping.WaitHandle.WaitOne(pause);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    public void Acknowledged(long ticket, PublishOutcome outcome)
    {
        // A request that got lost is made again anyway.
    }

    public void Received(InboundMessage message)
    {
        string[] parts = message.Topic.Split('/');
        if (parts.Length < 3)
        {
            return;
        }

        try
        {
            ReadOnlyMemory<byte> payload = AsJson(message.Payload);
            using JsonDocument json = JsonDocument.Parse(payload);
            Sort(message with { Payload = payload }, parts, json.RootElement);
        }
        catch (Exception fault) when (
            fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            Tracker.CountUnreadable();
        }
    }

    /// <summary>Nodes choose how they write; the content type would say it, but MQTT 3.1.1 has none.</summary>
    private static ReadOnlyMemory<byte> AsJson(ReadOnlyMemory<byte> payload)
    {
        if (!CborJson.IsMap(payload.Span))
        {
            return payload;
        }

        var json = new ArrayBufferWriter<byte>(payload.Length * 2);
        return CborJson.TryConvert(payload.Span, json)
            ? json.WrittenMemory
            : throw new FormatException("not a CBOR item that has a form in JSON");
    }

    private static long Epoch(JsonElement json) =>
        long.Parse(
            json.GetProperty("epoch").GetString()!, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private void Sort(InboundMessage message, string[] parts, JsonElement json)
    {
        string root = string.Join('/', parts[..2]);
        switch (parts[2])
        {
            case "prediction":
                Take(message.Topic, json, message.Payload, replayed: false);
                break;
            case "replay" when json.TryGetProperty("end", out _):
                End(json);
                break;
            case "replay":
                Take(HeadTopic(root, json.GetProperty("head").GetString()!), json, message.Payload, replayed: true);
                break;
            case "status" when !message.IsRetained && json.GetProperty("state").GetString() == "online":
                Tracker.Begin(Epoch(json));
                break;
            case "heartbeat":
                foreach (JsonProperty head in json.GetProperty("heads").EnumerateObject())
                {
                    AnnounceHead(root, head, Epoch(json));
                }

                break;
            case "gaps":
                Learn(json);
                break;
            default:
                break;
        }
    }

    private static string HeadTopic(string root, string head) => $"{root}/prediction/{TopicName.Segment(head)}";

    private void AnnounceHead(string root, JsonProperty head, long epoch)
    {
        JsonElement seq = head.Value.GetProperty("seq");
        if (seq.ValueKind == JsonValueKind.Number)
        {
            Tracker.Announce(HeadTopic(root, head.Name), epoch, seq.GetInt64(), Now);
        }
    }

    /// <summary>What is lost for good, and how far earlier runs had come.</summary>
    private void Learn(JsonElement json)
    {
        foreach (JsonElement gap in json.GetProperty("gaps").EnumerateArray())
        {
            Tracker.Declare(
                gap.GetProperty("topic").GetString()!, Epoch(gap), gap.GetProperty("from_seq").GetInt64(),
                gap.GetProperty("to_seq").GetInt64(), Now);
        }

        if (!json.TryGetProperty("runs", out JsonElement runs))
        {
            return;
        }

        foreach (JsonElement run in runs.EnumerateArray())
        {
            Tracker.AnnounceRun(
                run.GetProperty("topic").GetString()!, Epoch(run), run.GetProperty("from_seq").GetInt64(),
                run.GetProperty("to_seq").GetInt64(), Now);
        }
    }

    /// <summary>An answer has ended; its number stands inside, because MQTT 3.1.1 has no other place for it. It names
    /// what the node has not any more; older nodes do not, but send nothing then.</summary>
    private void End(JsonElement json)
    {
        if (json.TryGetProperty("correlation", out JsonElement correlation)
            && long.TryParse(correlation.GetString(), CultureInfo.InvariantCulture, out long number)
            && _asked.Remove(number, out var asked))
        {
            if (json.TryGetProperty("gone", out JsonElement gone))
            {
                Tracker.DeclareGone(
                    asked.Stream,
                    [.. gone.EnumerateArray().Select(
                        range => (range.GetProperty("from_seq").GetInt64(), range.GetProperty("to_seq").GetInt64()))],
                    Now);
            }
            else if (json.GetProperty("sent").GetInt64() == 0
                && json.TryGetProperty("waiting", out JsonElement waiting) && waiting.GetInt64() == 0)
            {
                Tracker.GiveUp(asked.Stream, asked.From, asked.To);
            }
        }
    }

    private void Take(string topic, JsonElement json, ReadOnlyMemory<byte> payload, bool replayed)
    {
        Publication? publication = json.TryGetProperty("publication", out JsonElement said)
            ? new Publication(said.GetProperty("prediction").GetInt64(), said.GetProperty("suppressed").GetInt64())
            : null;
        if (Tracker.Take(topic, Epoch(json), json.GetProperty("seq").GetInt64(), replayed, Now, publication))
        {
            _output(payload);
        }
    }

    private void AskForGaps()
    {
        foreach ((PredictionStream stream, long from, long to) in Tracker.Due(
            Now, (long)_options.Patience.TotalMilliseconds, (long)_options.AskAgain.TotalMilliseconds, MaxTries))
        {
            long last = Math.Min(to, from + ChunkOfRange - 1);
            string root = string.Join('/', stream.Topic.Split('/')[..2]);
            Log?.Invoke(string.Create(
                CultureInfo.InvariantCulture,
                $"gap in {stream.Topic} epoch {PredictionFormat.EpochText(stream.Epoch)}: {from}..{to}; asking"));
            var wish = new ReplayRequest(stream.Epoch, from, last, stream.Topic)
            {
                ResponseTopic = $"{root}/replay/response/{_options.Id}",
                Correlation = (++_requests).ToString(CultureInfo.InvariantCulture),
            };
            var request = new PublishMessage(
                root + "/replay/request", wish.ToJson(), QualityOfService.AtLeastOnce, false,
                TimeSpan.FromSeconds(10), PublishMessage.Json)
            {
                ResponseTopic = wish.ResponseTopic,
            };
            if (_asked.Count == MostAsked)
            {
                // Nobody answers: requests without an answer are made again anyway.
                _asked.Clear();
            }

            _asked[_requests] = (stream, from, last);
            _transport.TryPublish(request, _requests);
        }
    }
}
