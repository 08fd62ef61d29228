namespace EdgeFusion.Sensing;

/// <summary>What a sensor delivers; fixed for the sensor's life.</summary>
public sealed record SensorInfo
{
    /// <summary>Unique name within the pipeline: 1-64 of a-z A-Z 0-9 _ - . (it becomes part of topics and
    /// channels).</summary>
    public required string Name { get; init; }

    /// <summary>
    /// What kind of sense this is, matched to the model's inputs: camera, microphone, force, proprioception, or any
    /// other lower-case word that a model's manifest uses.
    /// </summary>
    public required string Modality { get; init; }

    /// <summary>Content of one sample.</summary>
    public required SampleLayout Layout { get; init; }

    /// <summary>
    /// Nominal rate in Hz, &gt; 0: images per second, vectors per second, or for audio PCM frames per second (16000).
    /// </summary>
    public required double RateHz { get; init; }

    /// <summary>
    /// Nominal number of PCM frames per audio block; 1 for the other layouts. With <see cref="RateHz"/> it gives the
    /// time between two samples.
    /// </summary>
    public int FramesPerBlock { get; init; } = 1;

    /// <summary>
    /// Largest deviation of the time between two samples from its nominal value, as a fraction of it. Used to tell
    /// when no earlier sample can come any more. Default 0.25.
    /// </summary>
    public double Jitter { get; init; } = 0.25;

    /// <summary>Nominal time between two samples in nanoseconds.</summary>
    public long PeriodNanoseconds =>
        Math.Max(1, (long)Math.Round(FramesPerBlock * (double)Time.Timestamp.NanosecondsPerSecond / RateHz));

    /// <summary>Bytes of the largest sample that any of the sensors delivers, at least 1: a buffer of that size holds
    /// each of them.</summary>
    public static int LargestSample(IReadOnlyList<SensorInfo> sensors)
    {
        int largest = 1;
        foreach (SensorInfo sensor in sensors)
        {
            largest = Math.Max(largest, sensor.Layout.MaxSampleBytes);
        }

        return largest;
    }
}
