using EdgeFusion.Inference;
using EdgeFusion.Time;
using EdgeFusion.Windowing;

namespace EdgeFusion.Pipeline;

/// <summary>
/// Lets the engine begin with the sensors that are settled while a window waits for the others. The window is bound
/// again when it is cut, and the engine uses what it has made only where not a byte differs: answers never change.
/// </summary>
/// <remarks><b>Threading.</b> The fusion thread. Hot path: allocates nothing after construction.</remarks>
internal sealed class EarlyEncoding
{
    private readonly WindowAligner _aligner;
    private readonly TensorBinder _binder;
    private readonly IInferenceEngine _engine;
    private readonly WindowCut _cut;
    private readonly bool[] _done;
    private long _window = -1;

    public EarlyEncoding(WindowAligner aligner, TensorBinder binder, IInferenceEngine engine)
    {
        _aligner = aligner;
        _binder = binder;
        _engine = engine;
        int inputs = engine.Manifest.Inputs.Length;
        _cut = new WindowCut(inputs);
        _done = new bool[inputs];
    }

    /// <summary>Encodes one sensor that is settled for the next window and has not been encoded for it.</summary>
    /// <returns>False where there is none: nothing to do but wait.</returns>
    public bool TryOne(Timestamp now)
    {
        if (_window != _aligner.NextWindow)
        {
            _window = _aligner.NextWindow;
            _done.AsSpan().Clear();
        }

        for (int i = 0; i < _done.Length; i++)
        {
            if (!_done[i] && _aligner.IsSettled(i, now, _cut))
            {
                _done[i] = true;
                if (_binder.BindAhead(i, _cut, _engine.Arena))
                {
                    _engine.Prepare(i);
                    return true;
                }
            }
        }

        return false;
    }
}
