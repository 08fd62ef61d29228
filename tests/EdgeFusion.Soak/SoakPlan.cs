namespace EdgeFusion.Soak;

/// <summary>How long each gate measures.</summary>
/// <param name="Scale">1 for the short run of about a minute; N for about N minutes.</param>
internal sealed record SoakPlan(int Scale)
{
    /// <summary>
    /// Rounds of gates that read a wall clock. The best counts: other programs can only make a round worse, so the best
    /// one comes nearest to what the code itself needs.
    /// </summary>
    public const int Rounds = 3;

    /// <summary>Windows per round on virtual time.</summary>
    public long Windows => 10_000L * Scale;

    /// <summary>Live time per round, after its warm-up of three seconds.</summary>
    public TimeSpan Live => TimeSpan.FromSeconds(6 * Scale);

    /// <summary>Simulated minutes of silence.</summary>
    public int SilentMinutes => Budgets.SilentMinutes * Scale;

    /// <summary>Length of the recording that is replayed.</summary>
    public TimeSpan Recording => TimeSpan.FromSeconds(120);

    /// <summary>Payload written per round.</summary>
    public long WrittenBytes => (256L << 20) * Scale;

    /// <summary>Windows per round with inference.</summary>
    public int InferredWindows => 150 * Scale;
}
