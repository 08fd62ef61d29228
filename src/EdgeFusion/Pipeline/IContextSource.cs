using EdgeFusion.Time;

namespace EdgeFusion.Pipeline;

/// <summary>Says what the context inputs of a model are during a window.</summary>
/// <remarks><b>Threading.</b> Called on the fusion thread, once per window; must return quickly and allocate
/// nothing.</remarks>
public interface IContextSource
{
    /// <summary>Gives the context of a window.</summary>
    /// <param name="start">First instant of the window.</param>
    /// <param name="end">Its end.</param>
    /// <param name="labels">Receives per context input of the model the index of its label, or -1 for
    /// unknown.</param>
    void Read(Timestamp start, Timestamp end, Span<int> labels);
}
