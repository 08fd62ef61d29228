using System.Text.Json.Nodes;
using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Dashboard;
using EdgeFusion.Worker.Live;
using EdgeFusion.Worker.Tests.EndToEnd;
using EdgeFusion.Worker.Tests.House;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeFusion.Worker.Tests.Operation;

/// <summary>A changed configuration file in a running worker.</summary>
public sealed class ReloadTests : IAsyncLifetime
{
    private static readonly string[] Sources = ["camera", "microphone", "wrist", "arm"];

    private readonly Scratch _scratch = new();
    private readonly LogLines _log = new();
    private readonly LogSwitch _level = new(LogLevel.Information);
    private LiveSession _session = null!;
    private DashboardHost _page = null!;
    private ConfigurationReload _reload = null!;

    public async Task InitializeAsync()
    {
        Environment.SetEnvironmentVariable("EDGEFUSION_MODELS", Path.Combine(Repository.Root, "models"));
        Write(_ => { });
        WorkerOptions options = WorkerConfiguration.Load(_scratch["robot.json"]);
        _session = new LiveSession(options, new LogObserver(NullLogger.Instance));
        _page = new DashboardHost(_session, options.Node, NullLoggerFactory.Instance);
        await _page.StartAsync(options.Dashboard, default);
        _reload = new ConfigurationReload(_scratch["robot.json"], options, _session, _page, _level, _log);
        _session.Start();
    }

    public async Task DisposeAsync()
    {
        _reload.Dispose();
        await _page.DisposeAsync();
        _session.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public async Task What_applies_live_is_applied_and_the_rest_is_named()
    {
        string old = _page.Url!;
        Write(root =>
        {
            root["Log"] = new JsonObject { ["Level"] = "warning" };
            root["Explain"] = new JsonObject { ["Every"] = 5 };
            root["Dashboard"] = new JsonObject { ["Port"] = 0, ["Hosts"] = new JsonArray("robot7.local") };
            root["Node"] = "other";
            root["Sensors"]!["arm"]!["Modality"] = "arm";
        });

        ReloadResult result = await _reload.ReloadAsync("test", default);

        Assert.True(result.Accepted, result.Reason);
        Assert.Equal("Explain:Every, Dashboard:Hosts, Log:Level", string.Join(", ", result.Applied));
        Assert.Equal("Node, Sensors:arm:Modality", string.Join(", ", result.NeedRestart));
        Assert.Equal((LogLevel.Warning, 5), (_level.Level, _session.Pipeline.ExplainEvery));
        Assert.NotEqual(old, _page.Url);
        Assert.Contains("ok", await GetAsync("/healthz"), StringComparison.Ordinal);
        Assert.Contains(_log.All, line => line.Contains("wait for a restart: Node, Sensors:arm:Modality",
            StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_broken_file_changes_nothing_and_says_why_once_in_log_and_health()
    {
        Write(root =>
        {
            root["Log"] = new JsonObject { ["Level"] = "warning" };
            root["Explain"] = new JsonObject { ["Every"] = -1 };
        });

        ReloadResult result = await _reload.ReloadAsync("SIGHUP", default);

        Assert.False(result.Accepted);
        Assert.Equal(LogLevel.Information, _level.Level);
        string line = Assert.Single(_log.All);
        Assert.Contains("Error: the new configuration is refused (SIGHUP), the old one stays", line,
            StringComparison.Ordinal);
        Assert.Contains("Explain:Every: must be 0..1000000", line, StringComparison.Ordinal);
        Assert.Contains("Explain:Every", await GetAsync("/healthz"), StringComparison.Ordinal);

        Write(_ => { });
        Assert.True((await _reload.ReloadAsync("SIGHUP", default)).Accepted);
        Assert.DoesNotContain("notice", await GetAsync("/healthz"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_cannot_take_over_refuses_the_whole_file()
    {
        Write(root =>
        {
            root["Log"] = new JsonObject { ["Level"] = "warning" };
            root["Model"]!["Name"] = "cy101";
        });

        ReloadResult result = await _reload.ReloadAsync("test", default);

        Assert.False(result.Accepted);
        Assert.Contains("cannot take over", result.Reason, StringComparison.Ordinal);
        Assert.Equal((LogLevel.Information, "workcell"), (_level.Level, _session.Pipeline.Manifest.Name));
    }

    [Fact]
    public async Task New_files_behind_the_same_name_are_taken_over_without_a_change_of_the_configuration()
    {
        string model = ModelCopies.Workcell(_scratch["model"], "1.0.1");
        Write(root => root["Model"]!["Name"] = model);
        Assert.True((await _reload.ReloadAsync("test", default)).Accepted);
        TimeSpan patience = TimeSpan.FromSeconds(60);
        Assert.True(SpinWait.SpinUntil(() => _session.Pipeline.Manifest.Version == "1.0.1", patience));
        Assert.True(SpinWait.SpinUntil(() => !_session.Pipeline.IsChangingModel, patience));
        ModelCopies.Workcell(_scratch["model"], "1.0.2");

        ReloadResult result = await _reload.ReloadAsync("test", default);

        Assert.True(result.Accepted, result.Reason);
        Assert.Equal("Model (workcell 1.0.2)", Assert.Single(result.Applied));
        Assert.True(SpinWait.SpinUntil(() => _session.Pipeline.Manifest.Version == "1.0.2", patience));
        Assert.Empty((await _reload.ReloadAsync("test", default)).Applied);
    }

    [Fact]
    public async Task A_port_that_is_taken_leaves_the_page_where_it_was()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        int port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
        Write(root => root["Dashboard"] = new JsonObject { ["Port"] = port });

        ReloadResult result = await _reload.ReloadAsync("test", default);

        Assert.True(result.Accepted);
        Assert.Contains("cannot be had", result.Reason, StringComparison.Ordinal);
        Assert.Contains("ok", await GetAsync("/healthz"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_reference_says_of_each_key_whether_it_applies_live()
    {
        string[] lines = File.ReadAllLines(Path.Combine(Repository.Root, "config/README.md"));
        int start = Array.IndexOf(lines, "## Changing a running worker");
        Assert.True(start > 0, "config/README.md has no section about reloading");
        string[] listed = [.. lines[start..].TakeWhile((line, i) => i == 0 || !line.StartsWith("## ",
            StringComparison.Ordinal))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(line => line.Split('|')[1].Split(','))
            .Select(key => key.Trim(' ', '`'))];

        Assert.Equal(ReloadRules.Live.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("auto", "8:12345", true)]
    [InlineData("auto", null, false)]
    [InlineData("journal", null, true)]
    [InlineData("text", "8:12345", false)]
    public void The_journals_levels_come_where_the_journal_reads(string format, string? stream, bool expected) =>
        Assert.Equal(expected, LogSwitch.IsJournal(new LogOptions { Format = format }, _ => stream));

    private async Task<string> GetAsync(string path)
    {
        using var client = new HttpClient();
        return await client.GetStringAsync(new Uri(new Uri(_page.Url!), path));
    }

    private void Write(Action<JsonObject> change)
    {
        var sensors = new JsonObject();
        foreach (string source in Sources)
        {
            sensors[source] = new JsonObject { ["Adapter"] = "simulator" };
        }

        var root = new JsonObject
        {
            ["Node"] = "reload",
            ["Model"] = new JsonObject { ["Name"] = "workcell", ["Providers"] = new JsonArray("cpu") },
            ["Mqtt"] = new JsonObject { ["Adapter"] = "none" },
            ["Dashboard"] = new JsonObject { ["Port"] = 0 },
            ["Sensors"] = sensors,
        };
        change(root);
        File.WriteAllText(_scratch["robot.json"], root.ToJsonString());
    }
}
