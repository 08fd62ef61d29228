using EdgeFusion.Inference;
using EdgeFusion.Models;
using Microsoft.ML.OnnxRuntime;

namespace EdgeFusion.OnnxRuntime;

/// <summary>Runs a model with ONNX Runtime, its tensors bound once to the memory of an arena.</summary>
/// <remarks>
/// <para>
/// On the CPU <see cref="Run"/> reads and writes the arena in place and allocates nothing on the managed heap. On a
/// GPU the run time copies inputs to the device when they are bound, not when the model runs, so they are bound anew on
/// every run; its C# API encodes each tensor's name for that: less than 100 bytes per input and run.
/// </para>
/// <para>
/// Equal inputs give equal bytes on one machine. Another processor type may choose other kernels and round the last
/// bit differently.
/// </para>
/// <para><b>Threading.</b> Engine and arena belong to one thread at a time.</para>
/// </remarks>
public sealed class OnnxEngine : IInferenceEngine
{
    private readonly ArenaValues _values;
    private readonly BoundGraph _graph;
    private bool _disposed;

    private OnnxEngine(ModelManifest manifest, InferenceSession session, EngineInfo info, bool bindEachRun)
    {
        Manifest = manifest;
        Info = info;
        Arena = new TensorArena(manifest);
        _values = new ArenaValues(Arena);
        _graph = new BoundGraph(
            session, _values.Range(0, Arena.FirstOutput), _values.Range(Arena.FirstOutput, Arena.Slots.Length),
            bindEachRun);
    }

    /// <inheritdoc/>
    public ModelManifest Manifest { get; }

    /// <inheritdoc/>
    public EngineInfo Info { get; }

    /// <inheritdoc/>
    public TensorArena Arena { get; }

    /// <summary>Version of ONNX Runtime in use.</summary>
    /// <exception cref="ModelException">Its native library is missing or does not fit.</exception>
    public static string RuntimeVersion => ProviderProbe.Environment().GetVersionString();

    /// <summary>Loads the whole graph of a checked model on the first provider that works and warms it up.</summary>
    /// <param name="bundle">The model.</param>
    /// <param name="options">How to run it.</param>
    /// <exception cref="ConfigurationException">An option is out of its range.</exception>
    /// <exception cref="ModelException">No provider could load and run the model; says why for each.</exception>
    public static OnnxEngine Create(ModelBundle bundle, OnnxEngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(options);
        return ProviderChoice.First(
            bundle, options, (provider, info, env) => Open(bundle, options, provider, info, env));
    }

    /// <inheritdoc/>
    public void Run()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        try
        {
            _graph.Run();
        }
        catch (OnnxRuntimeException fault)
        {
            throw ProviderChoice.RunFailed(Manifest, Info, fault);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        // The bound values point into the arena, and the session may hold them: the arena goes last.
        _disposed = true;
        _graph.Dispose();
        _values.Dispose();
        Arena.Dispose();
    }

    private static OnnxEngine Open(
        ModelBundle bundle, OnnxEngineOptions options, ExecutionProvider provider, EngineInfo info, OrtEnv env)
    {
        InferenceSession session = EngineSession.Open(
            bundle.Content, bundle.Manifest.Sha256, options, provider, env);
        OnnxEngine? engine = null;
        try
        {
            engine = new OnnxEngine(bundle.Manifest, session, info, provider.OnGpu);
            engine.WarmUp(options.WarmUpRuns);
            return engine;
        }
        catch
        {
            if (engine is null)
            {
                session.Dispose();
            }

            engine?.Dispose();
            throw;
        }
    }

    private void WarmUp(int runs)
    {
        for (int i = 0; i < runs; i++)
        {
            Run();
        }

        for (int slot = Arena.FirstOutput; slot < Arena.Slots.Length; slot++)
        {
            Arena.Bytes(slot).Clear();
        }
    }
}
