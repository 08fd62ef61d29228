using System.Net;
using System.Text.Json;
using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Tests.EndToEnd;

namespace EdgeFusion.Worker.Tests.Dashboard;

public sealed class DashboardServerTests
{
    [Fact]
    public async Task A_worker_offers_the_recordings_of_its_folder_and_none_otherwise()
    {
        using var scratch = new Scratch();
        Directory.CreateDirectory(scratch["recordings"]);
        await File.WriteAllTextAsync(scratch["recordings/broken.mcap"], "this is no recording");
        using var client = new HttpClient();
        await using (LivePage page = await LivePage.StartAsync(
            new DashboardOptions { Port = 0, Recordings = scratch["recordings"] }))
        {
            Assert.Contains(
                "broken.mcap", await client.GetStringAsync(new Uri(page.Url, "/api/recordings")),
                StringComparison.Ordinal);
            Assert.True(await OffersAsync(client, page));
        }

        await using LivePage without = await LivePage.StartAsync();
        HttpResponseMessage answer = await client.GetAsync(new Uri(without.Url, "/api/recordings"));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.False(await OffersAsync(client, without));
    }

    [Fact]
    public async Task A_snapshot_has_recent_percentiles_contributions_rings_and_drops()
    {
        await using LivePage page = await LivePage.StartAsync(explainEvery: 1);
        Assert.True(SpinWait.SpinUntil(() => page.Session.Pipeline.Windows > 5, TimeSpan.FromSeconds(60)));
        using var client = new HttpClient();
        await using Stream live = await client.GetStreamAsync(new Uri(page.Url, "/api/live"));
        using var reader = new StreamReader(live);
        string line = "";
        while (!line.StartsWith("data: ", StringComparison.Ordinal))
        {
            line = await reader.ReadLineAsync() ?? throw new EndOfStreamException();
        }

        using JsonDocument snapshot = JsonDocument.Parse(line["data: ".Length..]);
        JsonElement root = snapshot.RootElement;
        foreach (string stage in (string[])["wait", "bind", "infer", "decode", "explain", "total"])
        {
            JsonElement figures = root.GetProperty("stages").GetProperty(stage);
            double p50 = figures.GetProperty("p50_ms").GetDouble();
            double p99 = figures.GetProperty("p99_ms").GetDouble();
            Assert.InRange(p50, 0, p99);
            Assert.InRange(p99, 0, figures.GetProperty("max_ms").GetDouble());
        }

        JsonElement head = root.GetProperty("explanation").GetProperty("heads").GetProperty("colour");
        Assert.Equal(4, head.GetProperty("contributions").EnumerateObject().Count());
        Assert.All(root.GetProperty("sensors").EnumerateArray(), sensor =>
        {
            Assert.InRange(sensor.GetProperty("fill").GetDouble(), 0, 1);
            Assert.Equal(JsonValueKind.Object, sensor.GetProperty("rejected").ValueKind);
        });
    }

    private static async Task<bool> OffersAsync(HttpClient client, LivePage page)
    {
        using JsonDocument info = JsonDocument.Parse(await client.GetStringAsync(new Uri(page.Url, "/api/info")));
        return info.RootElement.GetProperty("recordings").GetBoolean();
    }
}
