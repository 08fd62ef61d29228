using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using EdgeFusion.Buffering;
using EdgeFusion.Sensing;
using EdgeFusion.Sensing.Ros;
using EdgeFusion.Testing.Sensing;
using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Live;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeFusion.Worker.Tests.Dashboard.Foxglove;

public sealed class FoxgloveBridgeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("camera")]
    [InlineData("microphone")]
    [InlineData("wrist")]
    [InlineData("arm")]
    public async Task Our_own_sensor_gets_the_samples_of_another_worker_bit_for_bit(string name)
    {
        await using LivePage page = await LivePage.StartAsync();
        SensorRing source = page.Session.Pipeline.Sensors.Single(host => host.Info.Name == name).Ring;
        var sensor = new FoxgloveSensor(source.Info, new RosTopicOptions
        {
            Url = page.Streams,
            Topic = "/" + name,
            Clock = RosClock.Stamp,
        });
        using var run = new SensorRun(sensor);

        run.WaitFor(20, Patience.TotalSeconds);
        run.Stop();

        long shift = Find(source, run.Ring.Payload(10).ToArray()) - 10;
        for (long own = 10; own < Math.Min(20, run.Ring.Published); own++)
        {
            Assert.True(run.Ring.Payload(own).SequenceEqual(source.Payload(own + shift)), $"sample {own} differs");
            Assert.Equal(
                source.Header(own + shift).Capture.NanosecondsSince(source.Header(own + shift - 1).Capture) / 1e6,
                run.Ring.Header(own).Capture.NanosecondsSince(run.Ring.Header(own - 1).Capture) / 1e6, 0.1);
        }

        Assert.Equal(0, sensor.Bad);
    }

    [Fact]
    public async Task One_worker_feeds_another()
    {
        await using LivePage page = await LivePage.StartAsync();
        Dictionary<string, SensorOptions> sensors = page.Session.Pipeline.Sensors.ToDictionary(
            host => host.Info.Name, host => Subscribed(host.Info, page.Streams), StringComparer.Ordinal);
        using var second = new LiveSession(
            new WorkerOptions
            {
                Node = "second",
                Sensors = sensors,
                Mqtt = new MqttOptions { Adapter = "none" },
                Dashboard = new DashboardOptions { Enabled = false },
            },
            new LogObserver(NullLogger.Instance));
        var latest = new LatestPrediction(second.Pipeline.Manifest);
        second.Pipeline.AddSink(latest);
        second.Start();

        var prediction = new EdgeFusion.Predictions.Prediction(second.Pipeline.Manifest);
        Assert.True(
            SpinWait.SpinUntil(
                () => latest.TryRead(prediction)
                    && prediction.Quality == EdgeFusion.Predictions.PredictionQuality.Full, Patience),
            $"no full window: {prediction.Quality}");
    }

    [Fact]
    public async Task A_client_that_does_not_read_loses_the_oldest_and_costs_the_windows_nothing()
    {
        await using LivePage page = await LivePage.StartAsync();
        using ClientWebSocket slow = await ConnectAsync(page, "foxglove.sdk.v1", receiveBytes: 4_096);
        await SendAsync(slow, """{"op":"subscribe","subscriptions":[{"id":1,"channelId":1},{"id":2,"channelId":2}]}""");
        long before = page.Session.Pipeline.Windows;

        bool dropped = SpinWait.SpinUntil(() => Dropped(page) > 0, Patience);

        Assert.True(dropped, "nothing was dropped");
        Assert.True(SpinWait.SpinUntil(() => page.Session.Pipeline.Windows > before + 5, Patience));
        Assert.Equal(0, page.Session.Pipeline.Overruns);
    }

    [Theory]
    [InlineData("{\"op\":\"subscribe\",\"subscriptions\":[{\"id\":1,\"channelId\":99}]}", "There is no channel 99")]
    [InlineData("{\"op\":\"advertise\",\"channels\":[]}", "read-only")]
    [InlineData("{\"op\":\"setParameters\",\"parameters\":[]}", "read-only")]
    [InlineData("no json", "no request of the Foxglove WebSocket protocol")]
    [InlineData("[]", "no request of the Foxglove WebSocket protocol")]
    [InlineData("{\"op\":\"subscribe\",\"subscriptions\":[{\"id\":-1,\"channelId\":1}]}", "no request")]
    public async Task What_it_does_not_do_is_answered_with_a_reason(string request, string reason)
    {
        await using LivePage page = await LivePage.StartAsync();
        using ClientWebSocket client = await ConnectAsync(page, "foxglove.websocket.v1");

        await SendAsync(client, request);

        Assert.Contains(reason, await StatusAsync(client), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_subprotocol_too_many_clients_and_foreign_pages_are_refused()
    {
        await using LivePage page = await LivePage.StartAsync();
        await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(page, "rosbridge.v2"));
        await Assert.ThrowsAsync<WebSocketException>(
            () => ConnectAsync(page, "foxglove.sdk.v1", "https://evil.example"));
        var clients = new List<ClientWebSocket>();
        for (int i = 0; i < Worker.Dashboard.Foxglove.FoxgloveBridge.MostViewers; i++)
        {
            clients.Add(await ConnectAsync(page, "foxglove.sdk.v1"));
        }

        await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(page, "foxglove.sdk.v1"));
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task A_page_that_the_configuration_names_may_subscribe()
    {
        await using LivePage page = await LivePage.StartAsync(
            new DashboardOptions { Port = 0, Origins = ["https://viewer.example"] });

        using ClientWebSocket client = await ConnectAsync(page, "foxglove.sdk.v1", "https://viewer.example");

        Assert.Equal(WebSocketState.Open, client.State);
    }

    private static SensorOptions Subscribed(SensorInfo info, string url)
    {
        Dictionary<string, string> settings = new(StringComparer.Ordinal)
        {
            ["Url"] = url,
            ["Topic"] = "/" + info.Name,
        };
        string rate = FormattableString.Invariant($"{info.RateHz}");
        switch (info.Layout)
        {
            case FrameLayout frames:
                settings["Type"] = "Image";
                settings["Fps"] = rate;
                settings["Width"] = FormattableString.Invariant($"{frames.Width}");
                settings["Height"] = FormattableString.Invariant($"{frames.Height}");
                break;
            case AudioLayout audio:
                settings["Type"] = "AudioDataStamped";
                settings["Rate"] = rate;
                settings["BlockMs"] = FormattableString.Invariant($"{info.FramesPerBlock * 1_000 / info.RateHz}");
                settings["Samples"] = audio.Format == AudioFormat.Int16 ? "s16" : "f32";
                break;
            case VectorLayout { Width: 6 }:
                settings["Type"] = "WrenchStamped";
                settings["Rate"] = rate;
                break;
            case VectorLayout joints:
                settings["Type"] = "JointState";
                settings["Rate"] = rate;
                settings["Joints"] = string.Join(',', joints.Elements
                    .Where(element => element.StartsWith("q_", StringComparison.Ordinal))
                    .Select(element => element["q_".Length..]));
                break;
        }

        return new SensorOptions { Adapter = "foxglove", Modality = info.Modality, Settings = settings };
    }

    private static long Find(SensorRing ring, byte[] payload)
    {
        for (long sequence = ring.Published - 1; sequence >= ring.Oldest; sequence--)
        {
            if (ring.Payload(sequence).SequenceEqual(payload))
            {
                return sequence;
            }
        }

        throw new Xunit.Sdk.XunitException("the worker had no such sample");
    }

    private static long Dropped(LivePage page)
    {
        using var client = new HttpClient();
        string metrics = client.GetStringAsync(new Uri(page.Url, "/metrics")).GetAwaiter().GetResult();
        string line = metrics.Split('\n').Single(
            line => line.StartsWith("edgefusion_foxglove_dropped_total ", StringComparison.Ordinal));
        return long.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task<ClientWebSocket> ConnectAsync(
        LivePage page, string protocol, string? origin = null, int receiveBytes = 256 << 10)
    {
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancelled) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = receiveBytes };
                await socket.ConnectAsync(context.DnsEndPoint, cancelled);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        var client = new ClientWebSocket();
        client.Options.AddSubProtocol(protocol);
        if (origin is not null)
        {
            client.Options.SetRequestHeader("Origin", origin);
        }

        await client.ConnectAsync(new Uri(page.Streams), invoker, CancellationToken.None);
        return client;
    }

    private static Task SendAsync(ClientWebSocket client, string text) => client.SendAsync(
        Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    private static async Task<string> StatusAsync(ClientWebSocket client)
    {
        var buffer = new byte[256 << 10];
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            int length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                part = await client.ReceiveAsync(buffer.AsMemory(length), patience.Token);
                length += part.Count;
            }
            while (!part.EndOfMessage);
            string text = Encoding.UTF8.GetString(buffer, 0, length);
            if (part.MessageType == WebSocketMessageType.Text && text.Contains("\"status\"", StringComparison.Ordinal))
            {
                return text;
            }
        }
    }
}
