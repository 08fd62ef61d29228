using System.Globalization;

namespace EdgeFusion.Time;

/// <summary>
/// An instant on the pipeline's timeline: nanoseconds since the Unix epoch as anchored once at start, advancing with
/// the monotonic clock from there on. A step of the wall clock therefore never moves it.
/// </summary>
/// <remarks>
/// Two instants cannot be added; their difference is a <see cref="TimeSpan"/> (100 ns resolution) or, where
/// nanoseconds matter, <see cref="NanosecondsSince"/>. The idea of distinct types for instants and differences is
/// MediaPipe's (framework/timestamp.h).
/// </remarks>
/// <param name="Nanoseconds">Nanoseconds since 1970-01-01T00:00:00Z; range of <see cref="long"/> (to year
/// 2262).</param>
public readonly record struct Timestamp(long Nanoseconds) : IComparable<Timestamp>
{
    /// <summary>Nanoseconds in one second.</summary>
    public const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Nanoseconds in one tick of <see cref="TimeSpan"/>.</summary>
    private const long NanosecondsPerTick = 100;

    /// <summary>The earliest instant; also "never" where an instant in the past is asked for.</summary>
    public static Timestamp MinValue => new(long.MinValue);

    /// <summary>The latest instant; also "never" where an instant in the future is asked for.</summary>
    public static Timestamp MaxValue => new(long.MaxValue);

    /// <summary>The instant of a UTC date and time.</summary>
    public static Timestamp FromDateTime(DateTime utc) =>
        new((utc - DateTime.UnixEpoch).Ticks * NanosecondsPerTick);

    /// <summary>Nanoseconds from <paramref name="earlier"/> to this instant; negative where it is later.</summary>
    public long NanosecondsSince(Timestamp earlier) => Nanoseconds - earlier.Nanoseconds;

    /// <summary>This instant moved by a number of nanoseconds.</summary>
    public Timestamp AddNanoseconds(long nanoseconds) => new(Nanoseconds + nanoseconds);

    /// <summary>The instant as UTC date and time, truncated to 100 ns.</summary>
    public DateTime ToDateTime() => DateTime.UnixEpoch.AddTicks(Nanoseconds / NanosecondsPerTick);

    /// <inheritdoc/>
    public int CompareTo(Timestamp other) => Nanoseconds.CompareTo(other.Nanoseconds);

    /// <summary>Seconds since the epoch with nine decimals.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Nanoseconds / NanosecondsPerSecond}.{Math.Abs(Nanoseconds % NanosecondsPerSecond):D9}");

    /// <summary>Difference of two instants, truncated to 100 ns.</summary>
    public static TimeSpan operator -(Timestamp left, Timestamp right) =>
        new((left.Nanoseconds - right.Nanoseconds) / NanosecondsPerTick);

    /// <summary>An instant moved back by a duration.</summary>
    public static Timestamp operator -(Timestamp left, TimeSpan right) =>
        new(left.Nanoseconds - (right.Ticks * NanosecondsPerTick));

    /// <summary>An instant moved forward by a duration.</summary>
    public static Timestamp operator +(Timestamp left, TimeSpan right) =>
        new(left.Nanoseconds + (right.Ticks * NanosecondsPerTick));

    /// <summary>Whether left lies before right.</summary>
    public static bool operator <(Timestamp left, Timestamp right) => left.Nanoseconds < right.Nanoseconds;

    /// <summary>Whether left lies after right.</summary>
    public static bool operator >(Timestamp left, Timestamp right) => left.Nanoseconds > right.Nanoseconds;

    /// <summary>Whether left lies before or at right.</summary>
    public static bool operator <=(Timestamp left, Timestamp right) => left.Nanoseconds <= right.Nanoseconds;

    /// <summary>Whether left lies after or at right.</summary>
    public static bool operator >=(Timestamp left, Timestamp right) => left.Nanoseconds >= right.Nanoseconds;
}
