using EdgeFusion.Inference;
using EdgeFusion.Models;
using Microsoft.ML.OnnxRuntime;

namespace EdgeFusion.OnnxRuntime;

/// <summary>
/// Runs a model as its encoder graphs and the graph that fuses their tokens, on the same arena as the whole graph would
/// and with the same answers. The encoder of a modality that is not present does not run.
/// </summary>
/// <remarks>
/// The last bits may differ from the whole graph's where the run time merges operators across the cut; within one way
/// of running, equal inputs give equal bytes. Allocation as for <see cref="OnnxEngine"/>.
/// <para><b>Threading.</b> Engine and arena belong to one thread at a time.</para>
/// </remarks>
public sealed class SplitEngine : IInferenceEngine
{
    private readonly ArenaValues _values;
    private readonly List<OrtValue> _tokens = [];
    private readonly List<EncoderGraph> _encoders = [];
    private BoundGraph? _fusion;
    private bool _disposed;

    private SplitEngine(ModelManifest manifest, EngineInfo info)
    {
        Manifest = manifest;
        Info = info;
        Arena = new TensorArena(manifest);
        _values = new ArenaValues(Arena);
    }

    /// <inheritdoc/>
    public ModelManifest Manifest { get; }

    /// <inheritdoc/>
    public EngineInfo Info { get; }

    /// <inheritdoc/>
    public TensorArena Arena { get; }

    /// <summary>Runs of an encoder that were saved because its modality was not present.</summary>
    public long SkippedEncoderRuns { get; private set; }

    /// <summary>Runs of an encoder that had been made before the window was complete.</summary>
    public long PreparedEncoderRuns { get; private set; }

    /// <summary>Loads the graphs of a split model on the first provider that runs all of them and warms them
    /// up.</summary>
    /// <param name="bundle">The model.</param>
    /// <param name="options">How to run it.</param>
    /// <exception cref="ConfigurationException">An option is out of its range.</exception>
    /// <exception cref="ModelException">The model is not split, or no provider could load and run it.</exception>
    public static SplitEngine Create(ModelBundle bundle, OnnxEngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(options);
        return bundle.Split is { } split
            ? ProviderChoice.First(
                bundle, options, (provider, info, env) => Open(bundle, split, options, provider, info, env))
            : throw new ModelException(
                $"Model '{bundle.Manifest.Name}' {bundle.Manifest.Version} in {bundle.Precision} has no split graphs. "
                + "Export it with them, or run it whole.");
    }

    /// <inheritdoc/>
    public void Run()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        try
        {
            foreach (EncoderGraph encoder in _encoders)
            {
                if (Arena.MaskIndex < 0 || Arena.Floats(Arena.MaskIndex)[encoder.Input] > 0)
                {
                    PreparedEncoderRuns += encoder.Run(Arena) ? 0 : 1;
                }
                else
                {
                    SkippedEncoderRuns++;
                    encoder.Forget();
                }
            }

            _fusion!.Run();
        }
        catch (OnnxRuntimeException fault)
        {
            throw ProviderChoice.RunFailed(Manifest, Info, fault);
        }
    }

    /// <inheritdoc/>
    public bool CanPrepare => true;

    /// <inheritdoc/>
    public void Prepare(int input)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        foreach (EncoderGraph encoder in _encoders)
        {
            if (encoder.Input == input)
            {
                encoder.RunAhead(Arena);
            }
        }
    }

    /// <inheritdoc/>
    public void RunAgain()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        try
        {
            _fusion!.Run();
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

        _disposed = true;
        _fusion?.Dispose();
        _encoders.ForEach(encoder => encoder.Graph.Dispose());
        _tokens.ForEach(value => value.Dispose());
        _values.Dispose();
        Arena.Dispose();
    }

    private static SplitEngine Open(
        ModelBundle bundle, SplitBundle split, OnnxEngineOptions options, ExecutionProvider provider, EngineInfo info,
        OrtEnv env)
    {
        var engine = new SplitEngine(bundle.Manifest, info);
        try
        {
            engine.Load(split, graph => EngineSession.Open(graph.Content, graph.Sha256, options, provider, env),
                provider.OnGpu);
            engine.WarmUp(options.WarmUpRuns);
            return engine;
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    private void Load(SplitBundle split, Func<BundleGraph, InferenceSession> open, bool bindEachRun)
    {
        var between = new List<(string Name, OrtValue Value)>();
        for (int i = 0; i < split.Encoders.Length; i++)
        {
            SplitEncoder encoder = Manifest.Split!.Encoders[i];
            int input = InputOf(encoder);
            (string Name, OrtValue Value)[] tokens = Array.ConvertAll<string, (string, OrtValue)>(
                [.. encoder.Outputs], name => (name, Allocate(split.Encoders[i].Graph, name)));
            between.AddRange(tokens);
            var graph = new BoundGraph(
                open(split.Encoders[i]), _values.Range(input, input + 1), tokens, bindEachRun);
            _encoders.Add(new EncoderGraph(
                graph, input, Array.ConvertAll(tokens, token => token.Value), Arena.Slots[input].ByteCount));
        }

        // Mask and context lie between the inputs and the outputs.
        (string Name, OrtValue Value)[] inputs =
            [.. between, .. _values.Range(Arena.InputCount, Arena.FirstOutput)];
        _fusion = new BoundGraph(
            open(split.Fusion), inputs, _values.Range(Arena.FirstOutput, Arena.Slots.Length), bindEachRun);
    }

    private int InputOf(SplitEncoder encoder)
    {
        int input = 0;
        while (Manifest.Inputs[input].Modality != encoder.Modality)
        {
            input++;
        }

        return input;
    }

    private OrtValue Allocate(OnnxGraph graph, string tokens)
    {
        long[] shape = Array.ConvertAll<int, long>(
            [.. OnnxGraph.Find(graph.Outputs, tokens)!.FixedShape()!.Value], extent => extent);
        OrtValue value = OrtValue.CreateAllocatedTensorValue(
            OrtAllocator.DefaultInstance, Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float, shape);
        _tokens.Add(value);
        value.GetTensorMutableDataAsSpan<float>().Clear();
        return value;
    }

    /// <summary>All sensors present, so that every encoder is warm; afterwards the arena is as new.</summary>
    private void WarmUp(int runs)
    {
        if (Arena.MaskIndex >= 0)
        {
            Arena.Floats(Arena.MaskIndex).Fill(1);
        }

        for (int i = 0; i < runs; i++)
        {
            Run();
        }

        for (int slot = Arena.InputCount; slot < Arena.Slots.Length; slot++)
        {
            Arena.Bytes(slot).Clear();
        }
    }
}
