using EdgeFusion.Time;

namespace EdgeFusion.Worker.Export.LeRobot;

/// <summary>The instants of an episode.</summary>
/// <param name="Start">The first one: every sensor has spoken by then.</param>
/// <param name="End">The last sample of the sensor that ends first.</param>
/// <param name="Rate">Instants per second.</param>
internal sealed record EpisodeGrid(Timestamp Start, Timestamp End, double Rate)
{
    /// <summary>Number of instants.</summary>
    public int Count { get; } = (int)Math.Min(
        int.MaxValue / 2, Math.Floor(Math.Max(0, End.NanosecondsSince(Start)) / 1e9 * Rate) + 1);

    /// <summary>The first instant at or after a time.</summary>
    public int FirstAt(Timestamp time)
    {
        double near = Math.Floor(time.NanosecondsSince(Start) / 1e9 * Rate) - 1;
        int instant = (int)Math.Clamp(near, 0, Count);
        while (instant < Count && At(instant) < time)
        {
            instant++;
        }

        return instant;
    }

    private Timestamp At(int instant) => Start.AddNanoseconds((long)Math.Round(instant / Rate * 1e9));
}
