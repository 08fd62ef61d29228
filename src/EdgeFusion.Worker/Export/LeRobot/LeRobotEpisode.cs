using System.Collections.Immutable;
using System.Text.Json.Nodes;
using EdgeFusion.Recording;
using EdgeFusion.Sensing;
using EdgeFusion.Time;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Export.Parquet;

namespace EdgeFusion.Worker.Export.LeRobot;

/// <summary>One recording as an episode: read twice, first for the time that all sensors have in common.</summary>
internal sealed class LeRobotEpisode
{
    private readonly LeRobotDataset _dataset;
    private readonly string _recording;

    public LeRobotEpisode(LeRobotDataset dataset, string recording)
    {
        (_dataset, _recording) = (dataset, recording);
        using RecordingFeed feed = Recordings.OpenFeed(recording);
        Sensors = [.. feed.Sensors];
        Grid = FindGrid(feed);
    }

    /// <summary>The recording's sensors.</summary>
    public ImmutableArray<SensorInfo> Sensors { get; }

    public EpisodeGrid Grid { get; }

    /// <summary>Writes data and videos.</summary>
    /// <returns>Statistics per feature.</returns>
    public JsonObject Write(int episode, long firstIndex, int task, CancellationToken stopping)
    {
        var columns = new HeldColumn?[Sensors.Length];
        using RecordingFeed feed = Recordings.OpenFeed(_recording);
        try
        {
            for (int i = 0; i < columns.Length; i++)
            {
                columns[i] = Sensors[i].Layout switch
                {
                    VectorLayout vector => new HeldVector(Grid, vector),
                    FrameLayout frames => new HeldVideo(Grid, _dataset.VideoPath(Sensors[i], episode), frames),
                    _ => null,
                };
            }

            var payload = new byte[SensorInfo.LargestSample(feed.Sensors)];
            while (!stopping.IsCancellationRequested && feed.TryAdvance(out int sensor, out SampleHeader header))
            {
                feed.Fill(payload.AsSpan(0, header.Length));
                columns[sensor]?.Take(header.Capture, payload.AsSpan(0, header.Length));
            }

            stopping.ThrowIfCancellationRequested();
            Array.ForEach(columns, static column => column?.Finish());
            ParquetFile.Write(_dataset.DataPath(episode), Grid.Count, Columns(columns, episode, firstIndex, task));
            return Statistics(columns);
        }
        finally
        {
            Array.ForEach(columns, static column => (column as IDisposable)?.Dispose());
        }
    }

    private EpisodeGrid FindGrid(RecordingFeed feed)
    {
        var first = new Timestamp?[Sensors.Length];
        var last = new Timestamp[Sensors.Length];
        while (feed.TryAdvance(out int sensor, out SampleHeader header))
        {
            first[sensor] ??= header.Capture;
            last[sensor] = header.Capture;
        }

        Timestamp start = Timestamp.MinValue;
        Timestamp end = Timestamp.MaxValue;
        for (int i = 0; i < Sensors.Length; i++)
        {
            if (Sensors[i].Layout is AudioLayout)
            {
                continue;
            }

            Timestamp begin = first[i] ?? throw new RecordingException(
                $"'{_recording}' has no sample of '{Sensors[i].Name}': an episode needs all of its sensors.");
            start = begin > start ? begin : start;
            end = last[i] < end ? last[i] : end;
        }

        return start < end
            ? new EpisodeGrid(start, end, _dataset.Rate)
            : throw new RecordingException($"The sensors of '{_recording}' have no time in common.");
    }

    private List<ParquetColumn> Columns(HeldColumn?[] columns, int episode, long firstIndex, int task)
    {
        var all = new List<ParquetColumn>();
        for (int i = 0; i < columns.Length; i++)
        {
            if (columns[i] is HeldVector vector)
            {
                all.Add(ParquetColumn.Of(
                    _dataset.Feature(Sensors[i]), ((VectorLayout)Sensors[i].Layout).Width, vector.Values));
            }
        }

        int rows = Grid.Count;
        all.Add(ParquetColumn.Of(
            "timestamp", Array.ConvertAll(Numbers(rows), row => (float)(row / _dataset.Rate))));
        all.Add(ParquetColumn.Of("frame_index", Numbers(rows)));
        all.Add(ParquetColumn.Of("episode_index", Array.ConvertAll(Numbers(rows), _ => (long)episode)));
        all.Add(ParquetColumn.Of("index", Array.ConvertAll(Numbers(rows), row => firstIndex + row)));
        all.Add(ParquetColumn.Of("task_index", Array.ConvertAll(Numbers(rows), _ => (long)task)));
        return all;
    }

    private JsonObject Statistics(HeldColumn?[] columns)
    {
        var statistics = new JsonObject();
        for (int i = 0; i < columns.Length; i++)
        {
            JsonObject? feature = columns[i] switch
            {
                HeldVector vector => vector.Statistics.ToJson(isPicture: false),
                HeldVideo video => video.Statistics.ToJson(isPicture: true),
                _ => null,
            };
            if (feature is not null)
            {
                statistics[_dataset.Feature(Sensors[i])] = feature;
            }
        }

        return statistics;
    }

    private static long[] Numbers(int count)
    {
        var numbers = new long[count];
        for (int i = 0; i < count; i++)
        {
            numbers[i] = i;
        }

        return numbers;
    }
}
