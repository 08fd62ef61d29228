namespace EdgeFusion.Windowing;

/// <summary>Recorded decisions in the order in which they were made.</summary>
/// <remarks><b>Threading.</b> One thread.</remarks>
public interface ICutSource : IDisposable
{
    /// <summary>
    /// Reads the next decision. The bounds are sequences of the original run; presence is filled in as recorded.
    /// </summary>
    /// <returns>False at the end.</returns>
    bool TryNext(WindowCut cut);
}
