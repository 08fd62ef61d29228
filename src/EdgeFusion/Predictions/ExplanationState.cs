namespace EdgeFusion.Predictions;

/// <summary>Whether a prediction says what each modality contributed.</summary>
public enum ExplanationState : byte
{
    /// <summary>Not asked for in this window.</summary>
    None = 0,

    /// <summary>Asked for, but left out: the time until the next window was too short, or there was no answer to
    /// explain.</summary>
    Skipped = 1,

    /// <summary>There: see <see cref="HeadScores.Contributions"/>.</summary>
    Done = 2,
}
