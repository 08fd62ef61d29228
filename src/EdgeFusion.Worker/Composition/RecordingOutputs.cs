using EdgeFusion.Models;
using EdgeFusion.Recording;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Sensing;
using EdgeFusion.Time;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Composition;

/// <summary>Makes what a configuration asks to record to. Codecs live as long as the process.</summary>
internal sealed class RecordingOutputs(WorkerOptions options, Func<ModelManifest> model, Timestamp origin)
{
    private const double BytesPerMegabyte = 1e6;

    private readonly RecordingOptions _recording = options.Recording;
    private readonly DateTime _started = DateTime.UtcNow;

    /// <summary>The file or folder that is recorded to; null where none is asked for.</summary>
    public IRecordingOutput? Continuous()
    {
        if (_recording.File.Length > 0)
        {
            return Open(_recording.File, 0, Codecs());
        }

        if (_recording.Folder.Length == 0)
        {
            return null;
        }

        var folder = new DirectoryRecordingFolder(_recording.Folder, options.Node);
        FileCodecs codecs = Codecs();
        return new SplitRecording(
            part => Open(folder.Open = folder.PathOf(_started, part), part, codecs),
            new SplitRecordingOptions
            {
                MaxBytes = (long)(_recording.SplitMegabytes * BytesPerMegabyte),
                MaxDuration = TimeSpan.FromSeconds(_recording.SplitSeconds),
            },
            new RecordingRetention(folder, Limits(_recording.QuotaMegabytes, _recording.WhenFull == "keep-newest")));
    }

    /// <summary>The black box; null where none is asked for.</summary>
    public BlackBox? BlackBox()
    {
        BlackBoxSettings box = _recording.BlackBox;
        if (box.Folder.Length == 0)
        {
            return null;
        }

        var folder = new DirectoryRecordingFolder(box.Folder, options.Node + "-blackbox");
        FileCodecs codecs = Codecs();
        return new BlackBox(
            (number, _) => Open(folder.Open = folder.PathOf(DateTime.UtcNow, number), number, codecs),
            new BlackBoxOptions
            {
                Before = TimeSpan.FromSeconds(box.BeforeSeconds),
                After = TimeSpan.FromSeconds(box.AfterSeconds),
                Longest = TimeSpan.FromSeconds(box.LongestSeconds),
                MemoryBytes = box.MemoryMegabytes << 20,
            },
            new RecordingRetention(folder, Limits(box.QuotaMegabytes, keepNewest: true)));
    }

    /// <summary>The rules that trigger the black box.</summary>
    /// <exception cref="ConfigurationException">The model has no such head or label.</exception>
    public static PredictionRule[] Rules(IEnumerable<string> texts, ModelManifest manifest)
    {
        var rules = new List<PredictionRule>();
        foreach (string text in texts)
        {
            if (!RuleText.TryParse(text, out RuleText? rule))
            {
                continue;
            }

            ModelHead? head = null;
            foreach (ModelHead candidate in manifest.Heads)
            {
                head = candidate.Name == rule!.Head ? candidate : head;
            }

            if (head is null || !head.Labels.Contains(rule!.Label))
            {
                throw new ConfigurationException(head is null
                    ? $"Recording:BlackBox:Rules: model '{manifest.Name}' has no head '{rule!.Head}'."
                    : $"Recording:BlackBox:Rules: head '{head.Name}' has no label '{rule!.Label}'; it has "
                        + $"{string.Join(", ", head.Labels)}.");
            }

            rules.Add(new PredictionRule(rule.Head, rule.Label, rule.Probability, rule.Duration));
        }

        return [.. rules];
    }

    private RecordingRetentionOptions Limits(double quotaMegabytes, bool keepNewest) => new()
    {
        QuotaBytes = (long)(quotaMegabytes * BytesPerMegabyte),
        MinFree = _recording.MinFreePercent / 100,
        KeepNewest = keepNewest,
    };

    private RecordingWriter Open(string path, int part, FileCodecs codecs)
    {
        RecordingWriter? writer = null;
        try
        {
            writer = new RecordingWriter(
                McapWriter.Create(path, RecordingWriter.LiveOptions(codecs.Rest, codecs.Frames)), origin,
                new RecordingFlush(
                    TimeSpan.FromMilliseconds(_recording.FlushMs), TimeSpan.FromSeconds(_recording.SyncSeconds)),
                codecs.Encoder);
            RunFacts.Write(writer, options, model(), part);
            return writer;
        }
        catch
        {
            writer?.Dispose();
            throw;
        }
    }

    /// <summary>Codecs of one output: each is used by one thread.</summary>
    private FileCodecs Codecs() => new(
        Recordings.Codec(_recording.Compression, _recording.Level),
        Recordings.Codec(_recording.FrameCompression, _recording.Level),
        new FrameEncoders(_recording).For);

    private sealed record FileCodecs(IChunkCodec? Rest, IChunkCodec? Frames, Func<SensorInfo, SampleEncoder> Encoder);
}
