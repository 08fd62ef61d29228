using EdgeFusion.Inference;
using EdgeFusion.Predictions;
using EdgeFusion.Windowing;

namespace EdgeFusion.Pipeline;

/// <summary>Takes the tensors of each window before inference, e.g. to write training windows.</summary>
/// <remarks><b>Threading.</b> The replaying thread. <b>Ownership.</b> All arguments are valid during the call
/// only.</remarks>
public interface IWindowSink
{
    /// <summary>Takes one bound window.</summary>
    void Write(WindowCut cut, TensorArena arena, ReadOnlySpan<ModalityState> states);
}
