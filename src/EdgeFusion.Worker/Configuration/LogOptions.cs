namespace EdgeFusion.Worker.Configuration;

/// <summary>The log: one line per episode, on standard error.</summary>
internal sealed record LogOptions
{
    /// <summary>Least level that is written: trace, debug, information (default), warning, error or critical.</summary>
    public string Level { get; init; } = "information";

    /// <summary>auto (default): with the journal's levels where systemd reads it, else text; or journal, or text.
    /// </summary>
    public string Format { get; init; } = "auto";
}
