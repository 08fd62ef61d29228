using Microsoft.ML.OnnxRuntime;

namespace EdgeFusion.OnnxRuntime;

/// <summary>One session with its tensors bound once to memory that somebody else owns.</summary>
/// <remarks><b>Ownership.</b> Owns session and binding, not the values; those must outlive it.</remarks>
internal sealed class BoundGraph : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly OrtIoBinding _binding;
    private readonly (string Name, OrtValue Value)[] _inputs;
    private readonly bool _bindEachRun;

    /// <param name="session">The session; owned from here on.</param>
    /// <param name="inputs">Tensors that it reads.</param>
    /// <param name="outputs">Tensors that it writes.</param>
    /// <param name="bindEachRun">Whether inputs are copied to a device when bound, and so must be bound anew.</param>
    public BoundGraph(
        InferenceSession session, (string Name, OrtValue Value)[] inputs, (string Name, OrtValue Value)[] outputs,
        bool bindEachRun)
    {
        _session = session;
        _inputs = inputs;
        _bindEachRun = bindEachRun;
        _binding = session.CreateIoBinding();
        foreach ((string name, OrtValue value) in outputs)
        {
            _binding.BindOutput(name, value);
        }

        BindInputs();
    }

    /// <summary>Runs the graph once. Hot path; throws what the run time throws.</summary>
    public void Run()
    {
        if (_bindEachRun)
        {
            BindInputs();
        }

        _session.RunWithBinding(_runOptions, _binding);
        if (_bindEachRun)
        {
            _binding.SynchronizeBoundOutputs();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _binding.Dispose();
        _runOptions.Dispose();
        _session.Dispose();
    }

    private void BindInputs()
    {
        foreach ((string name, OrtValue value) in _inputs)
        {
            _binding.BindInput(name, value);
        }
    }
}
