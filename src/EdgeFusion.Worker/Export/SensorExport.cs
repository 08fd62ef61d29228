using EdgeFusion.Recording;
using EdgeFusion.Sensing;

namespace EdgeFusion.Worker.Export;

/// <summary>Writes the samples of one sensor to files that other programs read.</summary>
/// <remarks><b>Threading.</b> One thread.</remarks>
internal abstract class SensorExport : IDisposable
{
    /// <summary>What was written, for people.</summary>
    public abstract string Target { get; }

    /// <summary>Samples written.</summary>
    public long Samples { get; protected set; }

    /// <summary>The export that fits a sensor: vectors to CSV, audio to WAV, frames to JPEG files or MP4.</summary>
    /// <param name="sensor">The sensor.</param>
    /// <param name="folder">Folder to write to.</param>
    /// <param name="images">Makes an encoder for JPEG; null for MP4.</param>
    public static SensorExport For(SensorInfo sensor, string folder, Func<IImageEncoder>? images)
    {
        string name = sensor.Name.Replace('/', '_');
        return sensor.Layout switch
        {
            VectorLayout vector => new CsvExport(Path.Combine(folder, name + ".csv"), vector),
            AudioLayout audio => new WavExport(Path.Combine(folder, name + ".wav"), audio, sensor.RateHz),
            FrameLayout frames when images is null =>
                new VideoExport(Path.Combine(folder, name + ".mp4"), frames, sensor.RateHz),
            FrameLayout frames => new JpegExport(Path.Combine(folder, name), frames, images!()),
            _ => throw new RecordingException($"Sensor '{sensor.Name}' has a layout that cannot be exported."),
        };
    }

    /// <summary>Writes one sample.</summary>
    public abstract void Write(in SampleHeader header, ReadOnlySpan<byte> payload);

    /// <summary>Completes what can fail to be completed.</summary>
    /// <exception cref="RecordingException">It failed.</exception>
    public virtual void Finish()
    {
    }

    /// <summary>Completes and closes the files.</summary>
    public abstract void Dispose();
}
