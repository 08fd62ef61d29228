using System.Net;
using System.Text.Json;
using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Dashboard.Recordings;
using EdgeFusion.Worker.Tests.EndToEnd;

namespace EdgeFusion.Worker.Tests.Dashboard.Recordings;

public sealed class RecordingPagesTests : IAsyncLifetime
{
    private readonly Scratch _scratch = new();
    private readonly HttpClient _client = new();
    private ViewServer? _server;

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(_scratch["recordings/sub"]);
        await CommandRun.RunAsync(
            "simulate", "--seed", "3", "--episodes", "1", "--to", _scratch["recordings/sub/run.mcap"]);
        await File.WriteAllTextAsync(_scratch["secret.mcap"], "not for the page");
        await File.WriteAllTextAsync(_scratch["recordings/broken.mcap"], "this is no recording");
        File.CreateSymbolicLink(_scratch["recordings/link.mcap"], _scratch["secret.mcap"]);
        _server = await ViewServer.StartAsync(
            new DashboardOptions { Recordings = _scratch["recordings"], Port = 0 }, ["workcell"],
            CancellationToken.None);
        _client.BaseAddress = new Uri(_server.Url);
    }

    public async Task DisposeAsync()
    {
        await _server!.DisposeAsync();
        _client.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public async Task Recordings_of_the_folder_are_listed_and_links_are_not()
    {
        using JsonDocument list = JsonDocument.Parse(await TextAsync("/api/recordings"));

        IEnumerable<string?> names = list.RootElement.GetProperty("recordings").EnumerateArray()
            .Select(entry => entry.GetProperty("name").GetString());
        Assert.Equal(["broken.mcap", "sub/run.mcap"], names.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("../secret.mcap")]
    [InlineData("sub/../../secret.mcap")]
    [InlineData("link.mcap")]
    [InlineData("./sub/run.mcap")]
    [InlineData("/etc/passwd")]
    [InlineData("")]
    [InlineData("sub/run.mcap\0")]
    public async Task A_name_that_is_not_listed_is_no_recording(string name)
    {
        foreach (string path in (string[])["recording", "recording/replay", "recording/frame", "recording/window"])
        {
            HttpResponseMessage answer = await GetAsync($"/api/{path}?name={Uri.EscapeDataString(name)}");

            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Fact]
    public async Task An_unreadable_recording_is_answered_with_a_sentence_without_paths()
    {
        HttpResponseMessage answer = await GetAsync("/api/recording?name=broken.mcap");

        string text = await answer.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("broken.mcap", text, StringComparison.Ordinal);
        Assert.DoesNotContain(_scratch["recordings"], text, StringComparison.Ordinal);
        HttpResponseMessage replay = await ReplayedAsync("broken.mcap", "workcell");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, replay.StatusCode);
        Assert.DoesNotContain(
            _scratch["recordings"], await replay.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/tmp")]
    [InlineData("../../models/workcell")]
    [InlineData("nobody")]
    public async Task A_model_that_is_not_offered_is_not_opened(string model)
    {
        HttpResponseMessage answer = await GetAsync(
            $"/api/recording/replay?name=sub/run.mcap&model={Uri.EscapeDataString(model)}");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("no such model", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recording_without_predictions_says_so()
    {
        HttpResponseMessage answer = await ReplayedAsync("sub/run.mcap", "");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("holds no predictions", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replay_gives_windows_pictures_traces_and_labels()
    {
        HttpResponseMessage answer = await ReplayedAsync("sub/run.mcap", "workcell");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using JsonDocument overview = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        int last = overview.RootElement.GetProperty("windows").GetArrayLength() - 1;
        string query = FormattableString.Invariant($"name=sub/run.mcap&model=workcell&index={last}");

        using JsonDocument traces = JsonDocument.Parse(await TextAsync($"/api/recording/traces?{query}"));
        HttpResponseMessage picture = await GetAsync($"/api/recording/frame?{query}&sensor=camera");
        HttpResponseMessage beyond = await GetAsync(
            FormattableString.Invariant($"/api/recording/window?name=sub/run.mcap&model=workcell&index={last + 1}"));

        Assert.True(last > 50);
        Assert.Contains(
            overview.RootElement.GetProperty("windows").EnumerateArray(),
            window => window.GetProperty("heads")[0][2].GetInt32() >= 0);
        Assert.InRange(traces.RootElement.GetProperty("wrist").GetArrayLength(), 100, 200);
        Assert.Equal(128 * 96 * 3, (await picture.Content.ReadAsByteArrayAsync()).Length);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, beyond.StatusCode);
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_a_fault_of_the_configuration()
    {
        var options = new DashboardOptions { Recordings = _scratch["nowhere"], Port = 0 };

        ConfigurationException fault = await Assert.ThrowsAsync<ConfigurationException>(
            () => ViewServer.StartAsync(options, [], CancellationToken.None));

        Assert.Contains("There is no folder or recording", fault.Message, StringComparison.Ordinal);
    }

    private Task<HttpResponseMessage> GetAsync(string path) => _client.GetAsync(new Uri(path, UriKind.Relative));

    private Task<string> TextAsync(string path) => _client.GetStringAsync(new Uri(path, UriKind.Relative));

    private async Task<HttpResponseMessage> ReplayedAsync(string name, string model)
    {
        while (true)
        {
            HttpResponseMessage answer = await GetAsync($"/api/recording/replay?name={name}&model={model}");
            if (answer.StatusCode != HttpStatusCode.Accepted)
            {
                return answer;
            }

            await Task.Delay(100);
        }
    }
}
