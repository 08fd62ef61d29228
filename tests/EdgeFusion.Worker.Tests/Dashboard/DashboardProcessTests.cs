using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using EdgeFusion.Testing;
using EdgeFusion.Worker.Tests.Dashboard.Recordings;
using EdgeFusion.Worker.Tests.EndToEnd;
using Xunit;
using Xunit.Abstractions;

namespace EdgeFusion.Worker.Tests.Dashboard;

/// <summary>The page of a running demo: in a real browser, over bare sockets, and where it cannot be served.</summary>
public sealed class DashboardProcessTests(ITestOutputHelper output)
{
    private static readonly string Script = Path.Combine(
        RepositoryRoot.Path, "tests", "EdgeFusion.Worker.Tests", "Browser", "page.mjs");

    [NeedsBrowserFact]
    public async Task The_page_shows_what_the_broker_carried()
    {
        using DemoProcess demo = await DemoProcess.StartAsync("--dashboard", "0");
        using Process subscriber = Start(
            "mosquitto_sub", [.. demo.Subscribe[..^2], "-t", "edgefusion/demo/prediction/#"]);
        Task<string> carried = subscriber.StandardOutput.ReadToEndAsync();

        using Process browser = Start("node", [Script, demo.Page!.ToString(), "5", Environment.GetEnvironmentVariable(
            "EDGEFUSION_SCREENSHOTS") ?? ""]);
        string report = await browser.StandardOutput.ReadToEndAsync();
        await Task.Delay(500);
        subscriber.Kill();
        Dictionary<string, (string Label, double Score)> messages = Parse(await carried);
        using JsonDocument page = JsonDocument.Parse(report);
        JsonElement shown = page.RootElement.GetProperty("shown");

        Assert.Empty(page.RootElement.GetProperty("complaints").EnumerateArray());
        Assert.Equal(0, page.RootElement.GetProperty("wide").GetInt32());
        Assert.All(page.RootElement.GetProperty("canvases").EnumerateArray(), colours =>
            Assert.True(colours.GetInt32() > 4, "a canvas is empty"));
        int compared = 0;
        foreach (JsonProperty entry in shown.EnumerateObject())
        {
            if (messages.TryGetValue(entry.Name, out (string Label, double Score) message))
            {
                Assert.Equal(message.Label, entry.Value.GetProperty("label").GetString());
                Assert.Equal(message.Score, double.Parse(
                    entry.Value.GetProperty("score").GetString()!, CultureInfo.InvariantCulture));
                compared++;
            }
        }

        output.WriteLine($"{compared} answers of the page compared with {messages.Count} messages");
        Assert.True(compared >= 20, $"only {compared} answers could be compared: {demo.Errors}");
    }

    [NeedsBrowserFact]
    public async Task A_label_that_is_a_script_stays_a_label()
    {
        using var scratch = new Scratch();
        RelabelledModel.WriteTo(scratch["relabelled"]);
        using DemoProcess demo = await DemoProcess.StartAsync("--dashboard", "0", "--model", scratch["relabelled"]);

        using Process browser = Start("node", [Script, demo.Page!.ToString(), "1"]);
        using JsonDocument page = JsonDocument.Parse(await browser.StandardOutput.ReadToEndAsync());

        Assert.Empty(page.RootElement.GetProperty("complaints").EnumerateArray());
        Assert.Contains(
            RelabelledModel.Script, page.RootElement.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Contains("EdgeFusion", page.RootElement.GetProperty("title").GetString(), StringComparison.Ordinal);
    }

    [NeedsProgramFact("mosquitto")]
    public async Task Viewers_that_do_not_read_and_a_thousand_connections_cost_the_predictions_nothing()
    {
        using DemoProcess demo = await DemoProcess.StartAsync("--dashboard", "0");
        var viewers = new List<Socket>();
        for (int i = 0; i < 1_000; i++)
        {
            var viewer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            {
                ReceiveBufferSize = 4_096,
            };
            viewer.Connect(IPAddress.Loopback, demo.Page!.Port);
            if (i < 10)
            {
                viewer.Send(Encoding.ASCII.GetBytes("GET /api/live HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            }

            viewers.Add(viewer);
        }

        long before = await Published(demo);
        await Task.Delay(3_000);
        long after = await Published(demo);
        viewers.ForEach(viewer => viewer.Dispose());

        output.WriteLine($"{after - before} windows in 3 s beside 1,000 connections");
        Assert.InRange(after - before, 20, 50);
        using var client = new HttpClient();
        HttpResponseMessage answer = await Retry(() => client.GetAsync(new Uri(demo.Page!, "/healthz")));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [NeedsProgramFact("mosquitto")]
    public async Task A_port_that_is_taken_costs_the_page_and_nothing_else()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        string port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        using DemoProcess demo = await DemoProcess.StartAsync("--dashboard", port);

        Assert.Null(demo.Page);
        Assert.Contains($"127.0.0.1:{port} cannot be had", demo.Errors, StringComparison.Ordinal);
        Assert.True(await Published(demo) >= 0);
    }

    private static async Task<HttpResponseMessage> Retry(Func<Task<HttpResponseMessage>> request)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return await request();
            }
            catch (HttpRequestException) when (attempt < 50)
            {
                await Task.Delay(100);
            }
        }
    }

    /// <summary>Sequence of the next prediction that the broker carries.</summary>
    private static async Task<long> Published(DemoProcess demo)
    {
        using Process subscriber = Start(
            "mosquitto_sub",
            [.. demo.Subscribe[..^2], "-t", "edgefusion/demo/prediction/weight", "-C", "1", "-W", "20"]);
        string line = await subscriber.StandardOutput.ReadToEndAsync();
        using JsonDocument message = JsonDocument.Parse(line);
        return message.RootElement.GetProperty("seq").GetInt64();
    }

    private static Dictionary<string, (string Label, double Score)> Parse(string lines)
    {
        var messages = new Dictionary<string, (string, double)>(StringComparer.Ordinal);
        foreach (string line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using JsonDocument message = JsonDocument.Parse(line);
            JsonElement root = message.RootElement;
            if (root.GetProperty("label").GetString() is { } label)
            {
                messages[$"{root.GetProperty("head").GetString()}/{root.GetProperty("seq").GetInt64()}"] =
                    (label, root.GetProperty("score").GetDouble());
            }
        }

        return messages;
    }

    private static Process Start(string program, string[] arguments) => Process.Start(
        new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
}
