using EdgeFusion.Models;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Windowing.Binding;

/// <summary>The time grid of an input. Pure.</summary>
internal static class TimeGrid
{
    /// <summary>Offsets of the grid points from the window's start in nanoseconds, rounded to the nearest.</summary>
    public static long[] Offsets(ModelInput input)
    {
        double shift = input.Anchor switch
        {
            GridAnchor.Center => 0.5,
            GridAnchor.End => 1,
            _ => 0,
        };
        var offsets = new long[input.Steps];
        for (int i = 0; i < offsets.Length; i++)
        {
            offsets[i] = (long)Math.Round((i + shift) * Timestamp.NanosecondsPerSecond / input.RateHz);
        }

        return offsets;
    }

    /// <summary>The longest bridgeable distance: the manifest's, or three periods of the sensor.</summary>
    public static long MaxGap(ModelInput input, SensorInfo sensor) =>
        input.MaxGapNanoseconds > 0 ? input.MaxGapNanoseconds : 3 * sensor.PeriodNanoseconds;

    /// <summary>
    /// Samples a ring must hold so that the oldest sample a window needs is still there when the window is bound.
    /// </summary>
    public static int RingCapacity(ModelInput input, WindowShape shape, SensorInfo sensor)
    {
        // From the first grid point less the bridgeable gap, to the deadline; then half as much again for a sensor
        // that runs fast, the eighth that binders keep away from the writer, and a hop for a binder held up.
        const double Margin = 1.75;
        double span = shape.LengthNanoseconds - Offsets(input)[0] + MaxGap(input, sensor) + shape.DeadlineNanoseconds
            + shape.HopNanoseconds;
        double samples = span / sensor.PeriodNanoseconds * Margin;
        return checked((int)Math.Ceiling(samples)) + 16;
    }
}
