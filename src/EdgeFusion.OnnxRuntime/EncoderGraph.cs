using EdgeFusion.Inference;
using Microsoft.ML.OnnxRuntime;

namespace EdgeFusion.OnnxRuntime;

/// <summary>The encoder of one modality with its tokens.</summary>
/// <param name="graph">Its graph.</param>
/// <param name="input">Slot of the input that it encodes.</param>
/// <param name="tokens">What it writes.</param>
/// <param name="inputBytes">Size of the input in bytes.</param>
internal sealed class EncoderGraph(BoundGraph graph, int input, OrtValue[] tokens, int inputBytes)
{
    private readonly byte[] _encoded = new byte[inputBytes];
    private bool _isAhead;
    private bool _hasTokens;

    /// <summary>Its graph.</summary>
    public BoundGraph Graph => graph;

    /// <summary>Slot of the input that it encodes.</summary>
    public int Input => input;

    /// <summary>Encodes the input, unless that was done ahead and not a byte has changed since.</summary>
    /// <returns>False where the tokens were there already.</returns>
    public bool Run(TensorArena arena)
    {
        bool done = _isAhead && arena.Bytes(input).SequenceEqual(_encoded);
        _isAhead = false;
        if (!done)
        {
            graph.Run();
            _hasTokens = true;
        }

        return !done;
    }

    /// <summary>Encodes what the input holds now, before its window is complete.</summary>
    public void RunAhead(TensorArena arena)
    {
        try
        {
            _isAhead = false;
            _hasTokens = true;
            graph.Run();
            arena.Bytes(input).CopyTo(_encoded);
            _isAhead = true;
        }
        catch (OnnxRuntimeException)
        {
            // The window's own run will meet the same failure and report it.
        }
    }

    /// <summary>
    /// Makes the tokens zeros: the fusing graph cuts them by the mask, and nothing old shall lie about. Once per
    /// absence, because asking the run time for the memory allocates.
    /// </summary>
    public void Forget()
    {
        _isAhead = false;
        if (!_hasTokens)
        {
            return;
        }

        _hasTokens = false;
        foreach (OrtValue value in tokens)
        {
            value.GetTensorMutableDataAsSpan<float>().Clear();
        }
    }
}
