using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using EdgeFusion.Predictions;
using Xunit.Abstractions;

namespace EdgeFusion.Worker.Tests.Dashboard.Foxglove;

/// <summary>The streams as the protocol's own client sees them.</summary>
public sealed class FoxgloveClientTests(ITestOutputHelper output)
{
    [NeedsFoxgloveClientTheory]
    [InlineData("foxglove.sdk.v1")]
    [InlineData("foxglove.websocket.v1")]
    public async Task The_protocols_own_client_reads_all_streams_and_the_predictions(string protocol)
    {
        await using LivePage page = await LivePage.StartAsync();
        var predictions = new CollectedPredictions(page);

        string script = Path.Combine(NeedsFoxgloveClientTheoryAttribute.Folder, "client.mjs");
        using Process client = Process.Start(new ProcessStartInfo("node", [script, page.Streams, protocol, "4"])
        {
            RedirectStandardOutput = true,
        })!;
        Task<string> answer = client.StandardOutput.ReadToEndAsync();
        await predictions.CollectUntilAsync(answer);
        string text = await answer;
        output.WriteLine(text);
        using JsonDocument report = JsonDocument.Parse(text);
        JsonElement root = report.RootElement;

        Assert.Equal(protocol, root.GetProperty("protocol").GetString());
        Assert.Equal("EdgeFusion page", root.GetProperty("server").GetProperty("name").GetString());
        Assert.Empty(root.GetProperty("statuses").EnumerateArray());
        Assert.True(root.GetProperty("times").GetInt32() > 10);
        Dictionary<string, string> schemas = root.GetProperty("channels").EnumerateArray().ToDictionary(
            channel => channel.GetProperty("topic").GetString()!,
            channel => channel.GetProperty("schemaName").GetString()!);
        Assert.Equal("sensor_msgs/msg/Image", schemas["/camera"]);
        Assert.Equal("geometry_msgs/msg/WrenchStamped", schemas["/wrist"]);
        Assert.Equal("sensor_msgs/msg/JointState", schemas["/arm"]);
        Assert.Equal("audio_common_msgs/msg/AudioDataStamped", schemas["/microphone"]);
        Assert.Equal("edgefusion.Prediction", schemas["/edgefusion/predictions"]);
        double clock = root.GetProperty("clock").GetDouble();
        Assert.All(root.GetProperty("topics").EnumerateObject(), topic =>
        {
            Assert.True(topic.Value.GetProperty("count").GetInt32() > 0, $"{topic.Name} is silent");
            Assert.InRange(topic.Value.GetProperty("newest").GetDouble(), clock - 20_000, clock + 1_000);
        });
        int compared = 0;
        foreach (JsonProperty shown in root.GetProperty("predictions").EnumerateObject())
        {
            if (predictions.Seen.TryGetValue(shown.Name, out (string Label, float Score) known))
            {
                Assert.Equal(known.Label, shown.Value.GetProperty("label").GetString());
                Assert.Equal(known.Score, shown.Value.GetProperty("score").GetSingle());
                compared++;
            }
        }

        Assert.True(compared >= 10, $"only {compared} answers could be compared");
    }

    /// <summary>What the pipeline itself said, by head and sequence.</summary>
    private sealed class CollectedPredictions(LivePage page)
    {
        private readonly Prediction _prediction = new(page.Session.Pipeline.Manifest);
        private long _next;

        public Dictionary<string, (string Label, float Score)> Seen { get; } = [];

        public async Task CollectUntilAsync(Task ended)
        {
            while (await Task.WhenAny(ended, Task.Delay(100)) != ended)
            {
                for (; _next < page.Session.Recent!.Count; _next++)
                {
                    if (page.Session.Recent.TryRead(_next, _prediction) && _prediction.HasScores)
                    {
                        Take();
                    }
                }
            }
        }

        private void Take()
        {
            foreach (HeadScores head in _prediction.Heads)
            {
                string key = string.Create(
                    CultureInfo.InvariantCulture, $"{head.Head.Name}/{_prediction.Sequence}");
                Seen[key] = (head.BestLabel, head.Values[head.Best]);
            }
        }
    }
}
