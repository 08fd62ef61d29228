namespace EdgeFusion.Worker.Doctor;

/// <summary>How a check came out.</summary>
internal enum Verdict
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Works, but something is missing or slower than it could be.</summary>
    Warn,

    /// <summary>What the configuration asks for cannot work.</summary>
    Fail,
}

/// <summary>One line of the report.</summary>
/// <param name="Area">What was looked at, one word.</param>
/// <param name="Verdict">How it came out.</param>
/// <param name="What">What was found.</param>
/// <param name="Fix">What to do; null where there is nothing to do.</param>
internal sealed record Finding(string Area, Verdict Verdict, string What, string? Fix = null)
{
    public static Finding Ok(string area, string what) => new(area, Verdict.Ok, what);

    public static Finding Warn(string area, string what, string fix) => new(area, Verdict.Warn, what, fix);

    public static Finding Fail(string area, string what, string fix) => new(area, Verdict.Fail, what, fix);
}
