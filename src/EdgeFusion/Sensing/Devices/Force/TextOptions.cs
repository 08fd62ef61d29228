using System.Collections.Immutable;

namespace EdgeFusion.Sensing.Devices.Force;

/// <summary>A sensor that prints lines.</summary>
public sealed record TextOptions
{
    /// <summary>How numbers stand in a line. Default CSV.</summary>
    public TextFormat Format { get; init; }

    /// <summary>The vector's elements in order; at least one.</summary>
    public required ImmutableArray<TextField> Fields { get; init; }

    /// <summary>Modality. Default force.</summary>
    public string Modality { get; init; } = "force";

    /// <summary>Lines per second, nominal.</summary>
    public double RateHz { get; init; } = 100;

    /// <summary>Where the device's own time stands, as <see cref="TextField.Key"/>; empty = it has none.</summary>
    public string TimeKey { get; init; } = "";

    /// <summary>Units of that time per second: 1 s, 1e3 ms, 1e6 us (default), 1e9 ns.</summary>
    public double TimeUnitsPerSecond { get; init; } = 1e6;

    /// <summary>Separator of CSV columns. Default a comma; a space means any run of blanks.</summary>
    public char Separator { get; init; } = ',';

    /// <summary>Name of the NMEA sentence to take, without the dollar; empty = any.</summary>
    public string Sentence { get; init; } = "";

    /// <summary>Longest line in bytes; a longer one is thrown away. Default 512.</summary>
    public int LongestLine { get; init; } = 512;
}
