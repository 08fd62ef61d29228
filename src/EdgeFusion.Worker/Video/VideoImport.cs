using System.Globalization;
using EdgeFusion.Recording;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Sensing;
using EdgeFusion.Time;
using EdgeFusion.Worker.Composition;

namespace EdgeFusion.Worker.Video;

/// <summary>A video file as a recording of one camera.</summary>
internal static class VideoImport
{
    /// <summary>Writes the recording.</summary>
    /// <param name="video">The video file.</param>
    /// <param name="target">Recording to write.</param>
    /// <param name="sensor">Name of the camera.</param>
    /// <param name="rateHz">Frames per second to take.</param>
    /// <param name="overwrite">Whether an existing recording is replaced.</param>
    /// <param name="stopping">Ends it early.</param>
    /// <returns>What was written, in words.</returns>
    public static string Run(
        string video, string target, string sensor, double rateHz, bool overwrite, CancellationToken stopping)
    {
        Recordings.Require(video);
        if (VideoPrograms.WhyNotRead() is { } obstacle)
        {
            throw new ConfigurationException(obstacle);
        }

        var start = Timestamp.FromDateTime(File.GetLastWriteTimeUtc(video));
        using var reader = new VideoReader(video, rateHz);
        byte[] pixels = [];
        reader.TryRead(ref pixels);
        using IChunkCodec? codec = Recordings.Codec("zstd");
        using var writer = new RecordingWriter(
            McapWriter.Create(target, RecordingWriter.FileOptions(codec), overwrite), start);
        int camera = writer.AddSensor(
            new SensorInfo { Name = sensor, Modality = "camera", Layout = reader.Layout!, RateHz = rateHz }, start);
        long frames = 0;
        do
        {
            stopping.ThrowIfCancellationRequested();
            Timestamp at = start.AddNanoseconds((long)Math.Round(frames / rateHz * Timestamp.NanosecondsPerSecond));
            var header = new SampleHeader
            {
                Sequence = frames++,
                Capture = at,
                Arrival = at,
                Length = pixels.Length,
            };
            writer.WriteSample(camera, header, pixels);
        }
        while (reader.TryRead(ref pixels));

        writer.Finish();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{target}: {frames} frames of {reader.Layout!.Width} x {reader.Layout.Height}, {frames / rateHz:F1} s");
    }
}
