namespace EdgeFusion.Worker.Configuration;

/// <summary>Ranges of the recording's settings.</summary>
internal static class RecordingChecks
{
    private static readonly string[] Compressions = ["none", "lz4", "zstd"];

    private static readonly string[] FrameKinds = ["raw", "jpeg", "h264"];

    public static void Check(RecordingOptions options, List<string> faults)
    {
        void Require(bool good, string key, string fault)
        {
            if (!good)
            {
                faults.Add($"Recording:{key}: {fault}");
            }
        }

        Require(Array.IndexOf(Compressions, options.Compression) >= 0, "Compression",
            $"is '{options.Compression}'; there are none, lz4, zstd");
        Require(Array.IndexOf(Compressions, options.FrameCompression) >= 0, "FrameCompression",
            $"is '{options.FrameCompression}'; there are none, lz4, zstd");
        Require(options.Level is >= 1 and <= 19, "Level", "must be 1..19");
        Require(Array.IndexOf(FrameKinds, options.Frames) >= 0, "Frames",
            $"is '{options.Frames}'; there are {string.Join(", ", FrameKinds)}");
        foreach ((string sensor, string kind) in options.FramesOf)
        {
            Require(Array.IndexOf(FrameKinds, kind) >= 0, "FramesOf:" + sensor,
                $"is '{kind}'; there are {string.Join(", ", FrameKinds)}");
        }

        Require(options.H264Kbps is 0 or (>= 50 and <= 200_000), "H264Kbps", "must be 0 or 50..200000");
        Require(options.H264KeySeconds is >= 0.1 and <= 30, "H264KeySeconds", "must be 0.1..30");
        Require(options.JpegQuality is >= 1 and <= 100, "JpegQuality", "must be 1..100");
        Require(options.SplitMegabytes is >= 0 and <= 1e6, "SplitMegabytes", "must be 0..1000000");
        Require(options.SplitSeconds is >= 0 and <= 86_400, "SplitSeconds", "must be 0..86400");
        Require(options.QuotaMegabytes is >= 0 and <= 1e9, "QuotaMegabytes", "must be 0..1000000000");
        Require(options.MinFreePercent is >= 0 and <= 90, "MinFreePercent", "must be 0..90");
        Require(options.WhenFull is "keep-newest" or "stop", "WhenFull",
            $"is '{options.WhenFull}'; there are keep-newest, stop");
        Require(options.FlushMs is >= 20 and <= 60_000, "FlushMs", "must be 20..60000");
        Require(options.SyncSeconds is -1 or (>= 0 and <= 3_600), "SyncSeconds", "must be -1 or 0..3600");
        Require(options.HealthSeconds is >= 0 and <= 3_600, "HealthSeconds", "must be 0..3600");
        Require(options.File.Length == 0 || options.Folder.Length == 0, "Folder",
            "and Recording:File exclude each other");
        CheckBlackBox(options.BlackBox, Require);
    }

    private static void CheckBlackBox(BlackBoxSettings box, Action<bool, string, string> require)
    {
        require(box.BeforeSeconds is >= 0 and <= 3_600, "BlackBox:BeforeSeconds", "must be 0..3600");
        require(box.AfterSeconds is >= 0 and <= 3_600, "BlackBox:AfterSeconds", "must be 0..3600");
        require(box.LongestSeconds is >= 1 and <= 86_400, "BlackBox:LongestSeconds", "must be 1..86400");
        require(box.MemoryMegabytes is >= 1 and <= 1_024, "BlackBox:MemoryMegabytes", "must be 1..1024");
        require(box.QuotaMegabytes is >= 0 and <= 1e9, "BlackBox:QuotaMegabytes", "must be 0..1000000000");
        foreach (string rule in box.Rules)
        {
            require(RuleText.TryParse(rule, out _), "BlackBox:Rules",
                $"'{rule}' is not HEAD=LABEL:PROBABILITY:SECONDS with a probability of 0..1");
        }
    }
}
