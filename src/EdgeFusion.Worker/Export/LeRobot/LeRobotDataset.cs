using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using EdgeFusion.Sensing;

namespace EdgeFusion.Worker.Export.LeRobot;

/// <summary>
/// Recordings as a LeRobot data set, version 2.1: an episode each, its vectors in Parquet and its frames in MP4, all on
/// one grid of time. Audio has no place in that layout and is left out.
/// </summary>
/// <param name="folder">Where to.</param>
/// <param name="rate">Instants per second.</param>
/// <param name="task">What the robot is doing, in words.</param>
/// <param name="action">Name of the vector sensor that is the action; empty for none.</param>
internal sealed class LeRobotDataset(string folder, double rate, string task, string action)
{
    private const int ChunkSize = 1000;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Instants per second.</summary>
    public double Rate => rate;

    /// <summary>Writes all episodes.</summary>
    /// <returns>Instants written, per episode.</returns>
    /// <exception cref="RecordingException">The recordings do not have the same sensors.</exception>
    public List<int> Write(IReadOnlyList<string> recordings, CancellationToken stopping)
    {
        string meta = Directory.CreateDirectory(Path.Combine(folder, "meta")).FullName;
        var lengths = new List<int>();
        long index = 0;
        ImmutableArray<SensorInfo> sensors = [];
        foreach (string recording in recordings)
        {
            var episode = new LeRobotEpisode(this, recording);
            sensors = Same(sensors, episode.Sensors, recording);
            int number = lengths.Count;
            JsonObject statistics = episode.Write(number, index, 0, stopping);
            AddLine(meta, "episodes.jsonl", new JsonObject
            {
                ["episode_index"] = number,
                ["tasks"] = new JsonArray(task),
                ["length"] = episode.Grid.Count,
            });
            AddLine(meta, "episodes_stats.jsonl", new JsonObject
            {
                ["episode_index"] = number,
                ["stats"] = statistics,
            });
            lengths.Add(episode.Grid.Count);
            index += episode.Grid.Count;
        }

        AddLine(meta, "tasks.jsonl", new JsonObject { ["task_index"] = 0, ["task"] = task });
        File.WriteAllText(
            Path.Combine(meta, "info.json"), Info(sensors, lengths.Count, index).ToJsonString(Indented));
        return lengths;
    }

    /// <summary>Name of a sensor's feature.</summary>
    public string Feature(SensorInfo sensor) => sensor.Layout is FrameLayout ? "observation.images." + sensor.Name
        : sensor.Name == action ? "action"
        : sensor.Modality == "proprioception" ? "observation.state"
        : "observation." + sensor.Name;

    /// <summary>File of an episode's numbers; its folder is made.</summary>
    public string DataPath(int episode) => In("data", Chunk(episode), Episode(episode, "parquet"));

    /// <summary>File of an episode's frames of a camera; its folder is made.</summary>
    public string VideoPath(SensorInfo sensor, int episode) =>
        In("videos", Chunk(episode), Feature(sensor), Episode(episode, "mp4"));

    private static string Chunk(int episode) =>
        string.Create(CultureInfo.InvariantCulture, $"chunk-{episode / ChunkSize:D3}");

    private static string Episode(int episode, string kind) =>
        string.Create(CultureInfo.InvariantCulture, $"episode_{episode:D6}.{kind}");

    private static void AddLine(string meta, string file, JsonObject line) =>
        File.AppendAllText(Path.Combine(meta, file), line.ToJsonString() + "\n");

    private string In(params string[] names)
    {
        string path = Path.Combine([folder, .. names]);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    private ImmutableArray<SensorInfo> Same(
        ImmutableArray<SensorInfo> before, ImmutableArray<SensorInfo> now, string recording)
    {
        if (action.Length > 0 && !now.Any(sensor => sensor.Name == action && sensor.Layout is VectorLayout))
        {
            throw new ConfigurationException($"'{recording}' has no vector sensor '{action}' for the action.");
        }

        string[] features = [.. now.Where(sensor => sensor.Layout is not AudioLayout).Select(Feature)];
        if (features.Distinct().Count() < features.Length)
        {
            throw new RecordingException($"'{recording}' has two sensors that would both be one feature.");
        }

        bool isSame = before.IsEmpty || now.Select(Shape).SequenceEqual(before.Select(Shape));
        return isSame
            ? now
            : throw new RecordingException($"'{recording}' has other sensors than the recordings before it.");
    }

    private static string Shape(SensorInfo sensor) => sensor.Name + ": " + sensor.Layout switch
    {
        VectorLayout vector => string.Join(',', vector.Elements),
        _ => sensor.Layout.ToString(),
    };

    private JsonObject Info(ImmutableArray<SensorInfo> sensors, int episodes, long frames)
    {
        var features = new JsonObject();
        int videos = 0;
        foreach (SensorInfo sensor in sensors)
        {
            if (sensor.Layout is VectorLayout vector)
            {
                features[Feature(sensor)] = Number("float32", vector.Width, [.. vector.Elements]);
            }
            else if (sensor.Layout is FrameLayout frame)
            {
                features[Feature(sensor)] = Video(frame);
                videos++;
            }
        }

        features["timestamp"] = Number("float32", 1, null);
        foreach (string name in new[] { "frame_index", "episode_index", "index", "task_index" })
        {
            features[name] = Number("int64", 1, null);
        }

        return new JsonObject
        {
            ["codebase_version"] = "v2.1",
            ["robot_type"] = "unknown",
            ["total_episodes"] = episodes,
            ["total_frames"] = frames,
            ["total_tasks"] = 1,
            ["total_videos"] = videos * episodes,
            ["total_chunks"] = (episodes + ChunkSize - 1) / ChunkSize,
            ["chunks_size"] = ChunkSize,
            ["fps"] = rate,
            ["splits"] = new JsonObject { ["train"] = $"0:{episodes}" },
            ["data_path"] = "data/chunk-{episode_chunk:03d}/episode_{episode_index:06d}.parquet",
            ["video_path"] = "videos/chunk-{episode_chunk:03d}/{video_key}/episode_{episode_index:06d}.mp4",
            ["features"] = features,
        };
    }

    private static JsonObject Number(string type, int width, string[]? names) => new()
    {
        ["dtype"] = type,
        ["shape"] = new JsonArray(width),
        ["names"] = names is null ? null : new JsonArray([.. names.Select(name => JsonValue.Create(name))]),
    };

    private JsonObject Video(FrameLayout layout) => new()
    {
        ["dtype"] = "video",
        ["shape"] = new JsonArray(layout.Height, layout.Width, 3),
        ["names"] = new JsonArray("height", "width", "channels"),
        ["info"] = new JsonObject
        {
            ["video.fps"] = rate,
            ["video.height"] = layout.Height,
            ["video.width"] = layout.Width,
            ["video.channels"] = 3,
            ["video.codec"] = "h264",
            ["video.pix_fmt"] = "yuv420p",
            ["video.is_depth_map"] = false,
            ["has_audio"] = false,
        },
    };
}
