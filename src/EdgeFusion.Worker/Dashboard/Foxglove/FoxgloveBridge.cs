using System.Collections.Immutable;
using System.Net.WebSockets;
using EdgeFusion.Publishing;
using EdgeFusion.Recording;
using EdgeFusion.Sensing;
using EdgeFusion.Worker.Live;
using Microsoft.AspNetCore.Http;

namespace EdgeFusion.Worker.Dashboard.Foxglove;

/// <summary>
/// The server's side of the Foxglove WebSocket protocol, version 1 under both of its names: the live samples in the
/// messages of a recording, and the predictions as JSON, for Foxglove, Lichtblick, or the "foxglove" sensors of another
/// worker.
/// </summary>
/// <remarks>Read-only. Reads rings; the pipeline never waits for it. <b>Threading.</b> Any thread.</remarks>
internal sealed class FoxgloveBridge : IDisposable
{
    /// <summary>Clients at a time.</summary>
    public const int MostViewers = 16;

    /// <summary>The newer name first: it is what foxglove_bridge 3.2 and later ask for.</summary>
    private static readonly string[] Protocols = ["foxglove.sdk.v1", "foxglove.websocket.v1"];

    private readonly LiveSession _session;
    private readonly PredictionTexts _texts;
    private readonly ImmutableArray<FoxgloveChannel> _channels;
    private readonly ReadOnlyMemory<byte>[] _welcome;
    private readonly Lock _lock = new();
    private readonly List<FoxgloveViewer> _viewers = [];
    private long _lostBefore;

    /// <param name="session">Whose sensors and predictions.</param>
    /// <param name="recent">Its predictions.</param>
    /// <param name="node">Its name.</param>
    public FoxgloveBridge(LiveSession session, RecentPredictions recent, string node)
    {
        _session = session;
        _texts = new PredictionTexts(recent, session.Pipeline.Manifest, session.Clock, node);
        _channels = Channels(session, recent, _texts);
        _welcome =
        [
            FoxgloveTexts.ServerInfo(
                node, PredictionFormat.EpochText(session.Epoch), session.Pipeline.Manifest.Name),
            FoxgloveTexts.Advertise(_channels),
        ];
    }

    /// <summary>Clients now.</summary>
    public int Viewers
    {
        get
        {
            lock (_lock)
            {
                return _viewers.Count;
            }
        }
    }

    /// <summary>Messages that clients were too slow for.</summary>
    public long Lost
    {
        get
        {
            lock (_lock)
            {
                return _lostBefore + _viewers.Sum(viewer => viewer.Lost);
            }
        }
    }

    /// <summary>Serves a client until it goes, or says why it is not served.</summary>
    public async Task ServeAsync(HttpContext context, CancellationToken ended)
    {
        string? protocol = context.WebSockets.IsWebSocketRequest
            ? Protocols.FirstOrDefault(context.WebSockets.WebSocketRequestedProtocols.Contains)
            : null;
        if (protocol is null)
        {
            await Answer.TextAsync(
                context.Response, StatusCodes.Status400BadRequest,
                "This is a WebSocket of the Foxglove protocol (foxglove.sdk.v1, foxglove.websocket.v1): open its "
                + "address in Foxglove or Lichtblick.", ended).ConfigureAwait(false);
            return;
        }

        if (Viewers >= MostViewers)
        {
            await Answer.TextAsync(
                context.Response, StatusCodes.Status503ServiceUnavailable,
                $"There are {MostViewers} clients already; close one.", ended).ConfigureAwait(false);
            return;
        }

        WebSocket socket = await context.WebSockets.AcceptWebSocketAsync(protocol).ConfigureAwait(false);
        using var viewer = new FoxgloveViewer(socket, _channels, _session.Clock);
        lock (_lock)
        {
            _viewers.Add(viewer);
        }

        try
        {
            await viewer.RunAsync(_welcome, ended).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
            {
                _viewers.Remove(viewer);
                _lostBefore += viewer.Lost;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _texts.Dispose();

    private static ImmutableArray<FoxgloveChannel> Channels(
        LiveSession session, RecentPredictions recent, PredictionTexts texts)
    {
        ImmutableArray<FoxgloveChannel>.Builder channels = ImmutableArray.CreateBuilder<FoxgloveChannel>();
        foreach (SensorHost host in session.Pipeline.Sensors)
        {
            SampleEncoder encoder = SampleEncoder.For(host.Info);
            channels.Add(new FoxgloveChannel(
                channels.Count + 1, encoder.Channel, () => new SampleFlow(host.Ring, encoder)));
            if (encoder.InfoChannel is { } info)
            {
                channels.Add(new FoxgloveChannel(
                    channels.Count + 1, info, () => new OneMessage(encoder.InfoMessage, session.Clock)));
            }
        }

        var predictions = new ChannelDescription
        {
            Topic = RecordingTopics.Predictions,
            MessageEncoding = "json",
            SchemaName = PredictionSchema.Name,
            SchemaEncoding = "jsonschema",
            SchemaText = PredictionSchema.Of(session.Pipeline.Manifest),
        };
        channels.Add(new FoxgloveChannel(
            channels.Count + 1, predictions, () => new PredictionFlow(recent, texts)));
        return channels.ToImmutable();
    }
}
