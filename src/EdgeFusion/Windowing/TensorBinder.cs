using System.Collections.Immutable;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Sensing;
using EdgeFusion.Time;
using EdgeFusion.Windowing.Binding;

namespace EdgeFusion.Windowing;

/// <summary>
/// Writes a cut window into a model's tensors: onto the time grid, converted, padded, masked. The one place where
/// samples become model inputs, for training windows and for predictions alike.
/// </summary>
/// <remarks>
/// <para>
/// A modality that is not Present has mask 0 and a tensor of zeros, so that the bytes of a window are a function of the
/// cut and the samples only.
/// </para>
/// <para><b>Threading.</b> One thread. Hot path: allocates nothing after construction.</para>
/// </remarks>
public sealed class TensorBinder
{
    private readonly ImmutableArray<BoundInput> _inputs;
    private readonly InputBinder?[] _binders;

    /// <summary>Creates a binder.</summary>
    /// <param name="inputs">The model's inputs with their sensors, checked by <see
    /// cref="Pipeline.PipelinePlan"/>.</param>
    /// <param name="shape">Length, hop and deadline of the windows.</param>
    public TensorBinder(ImmutableArray<BoundInput> inputs, WindowShape shape)
    {
        _inputs = inputs;
        _binders = new InputBinder?[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            _binders[i] = inputs[i].Ring is not { } ring ? null : ring.Info.Layout switch
            {
                FrameLayout => new FrameBinder(inputs[i].Input, ring, shape),
                AudioLayout => new AudioBinder(inputs[i].Input, ring),
                _ => new VectorBinder(inputs[i].Input, ring),
            };
        }
    }

    /// <summary>Windows in which the writer lapped the binder on some sensor.</summary>
    public long Overruns { get; private set; }

    /// <summary>Fills inputs, mask and context of an arena and says how each modality stands.</summary>
    /// <param name="cut">The decision.</param>
    /// <param name="arena">Receives the tensors.</param>
    /// <param name="states">Receives presence, coverage and age per input.</param>
    /// <returns>Number of inputs that are Present.</returns>
    public int Bind(WindowCut cut, TensorArena arena, Span<ModalityState> states)
    {
        ArgumentNullException.ThrowIfNull(cut);
        ArgumentNullException.ThrowIfNull(arena);
        int present = 0;
        for (int i = 0; i < _inputs.Length; i++)
        {
            ref ModalityState state = ref states[i];
            BindInput(i, cut, arena, ref state);
            bool here = state.Presence == Presence.Present;
            present += here ? 1 : 0;
            if (arena.MaskIndex >= 0)
            {
                arena.Floats(arena.MaskIndex)[i] = here ? 1 : 0;
            }
        }

        BindContext(cut, arena);
        return present;
    }

    /// <summary>Fills the tensor of one input of a window that is not complete yet.</summary>
    /// <returns>Whether the modality will be Present.</returns>
    internal bool BindAhead(int index, WindowCut cut, TensorArena arena)
    {
        ModalityState state = default;
        BindInput(index, cut, arena, ref state);
        return state.Presence == Presence.Present;
    }

    /// <summary>One-hot, or all zeros where it is unknown.</summary>
    private static void BindContext(WindowCut cut, TensorArena arena)
    {
        for (int i = 0; i < arena.ContextIndices.Length; i++)
        {
            Span<float> tensor = arena.Floats(arena.ContextIndices[i]);
            tensor.Clear();
            if (i < cut.Context.Length && cut.Context[i] >= 0)
            {
                tensor[cut.Context[i]] = 1;
            }
        }
    }

    private void BindInput(int index, WindowCut cut, TensorArena arena, ref ModalityState state)
    {
        ModelInput input = _inputs[index].Input;
        Span<byte> tensor = arena.Bytes(index);
        state = new ModalityState
        {
            Presence = Presence.Missing,
            AgeNanoseconds = -1,
            Bound = cut.Inputs[index].Bound,
            Condition = cut.Inputs[index].Condition,
        };
        if (_binders[index] is not { } binder || cut.Inputs[index].Condition == SensorCondition.Silent)
        {
            tensor.Clear();
            return;
        }

        BindResult result = binder.Bind(cut.Inputs[index].Bound, cut.Start, cut.End, tensor);
        state.Coverage = result.CoveredSteps / (float)input.Steps;
        state.SampleCount = result.SampleCount;
        state.GapFrames = input.Kind == InputKind.Audio ? input.Steps - result.CoveredSteps : 0;
        state.AgeNanoseconds = result.Newest == Timestamp.MinValue ? -1 : cut.End.NanosecondsSince(result.Newest);
        if (!result.Intact)
        {
            Overruns++;
        }

        state.Presence = cut.Inputs[index].Recorded
            ?? Judge(cut.Inputs[index].Condition, result, state.Coverage, input.MinCoverage);
        if (state.Presence != Presence.Present)
        {
            tensor.Clear();
        }
    }

    private static Presence Judge(
        SensorCondition condition, in BindResult result, float coverage, double minCoverage)
    {
        if (condition == SensorCondition.Stale)
        {
            return Presence.Stale;
        }

        if (!result.Intact)
        {
            return Presence.Late;
        }

        if (coverage >= minCoverage && coverage > 0)
        {
            return Presence.Present;
        }

        return condition == SensorCondition.Pending ? Presence.Late : Presence.Missing;
    }
}
