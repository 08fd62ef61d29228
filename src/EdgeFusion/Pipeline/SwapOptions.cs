namespace EdgeFusion.Pipeline;

/// <summary>How a new live model proves itself.</summary>
public sealed record SwapOptions
{
    /// <summary>
    /// Windows with an answer during which the model before is kept and takes over again where the new one fails;
    /// 1..100000. Default 50.
    /// </summary>
    public int ProbationWindows { get; init; } = 50;

    /// <summary>
    /// Failures (the run time's, or answers that are not finite) within the probation after which the model before is
    /// back for good; 1..1000. Default 3. The model before answers each failed window as well.
    /// </summary>
    public int MostFailures { get; init; } = 3;
}
