using EdgeFusion.Sensing;

namespace EdgeFusion.Worker.Commands;

/// <summary>Sizes of buffers.</summary>
internal static class RecordingLimits
{
    /// <summary>Bytes of the largest sample of any sensor.</summary>
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
