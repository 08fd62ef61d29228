using System.Globalization;
using System.Runtime.CompilerServices;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

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
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly OrtIoBinding _binding;
    private readonly OrtValue[] _values;
    private readonly bool _bindEachRun;
    private bool _disposed;

    private OnnxEngine(ModelManifest manifest, InferenceSession session, EngineInfo info, bool bindEachRun)
    {
        Manifest = manifest;
        Info = info;
        _session = session;
        _bindEachRun = bindEachRun;
        Arena = new TensorArena(manifest);
        _values = new OrtValue[Arena.Slots.Length];
        _binding = session.CreateIoBinding();
        for (int slot = 0; slot < _values.Length; slot++)
        {
            _values[slot] = Wrap(Arena, slot);
            if (slot >= Arena.FirstOutput)
            {
                _binding.BindOutput(Arena.Slots[slot].Name, _values[slot]);
            }
        }

        BindInputs();
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

    /// <summary>Loads a checked model on the first provider that works and warms it up.</summary>
    /// <param name="bundle">The model.</param>
    /// <param name="options">How to run it.</param>
    /// <exception cref="ConfigurationException">An option is out of its range.</exception>
    /// <exception cref="ModelException">No provider could load and run the model; says why for each.</exception>
    public static OnnxEngine Create(ModelBundle bundle, OnnxEngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        OrtEnv env = ProviderProbe.Environment();
        List<string> reasons = [];
        foreach (ExecutionProvider provider in ExecutionProvider.Order(options.Providers))
        {
            string? reason = reasons.Count == 0 ? null : string.Join("; ", reasons);
            string? obstacle = ProviderProbe.Obstacle(env, provider);
            if (obstacle is null && TryOpen(bundle, options, provider, env, reason, out obstacle) is { } engine)
            {
                return engine;
            }

            reasons.Add($"{provider.Name}: {OneLine(obstacle ?? "")}");
        }

        throw new ModelException(
            $"Model '{bundle.Manifest.Name}' {bundle.Manifest.Version} runs on none of the providers asked for: "
            + $"{string.Join("; ", reasons)}. Add cpu to the list, or mend the first reason.");
    }

    /// <inheritdoc/>
    public void Run()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        try
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
        catch (OnnxRuntimeException fault)
        {
            ThrowRunFailed(fault);
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
        _binding.Dispose();
        foreach (OrtValue? value in _values)
        {
            value?.Dispose();
        }

        _runOptions.Dispose();
        _session.Dispose();
        Arena.Dispose();
    }

    private static OnnxEngine? TryOpen(
        ModelBundle bundle, OnnxEngineOptions options, ExecutionProvider provider, OrtEnv env, string? reason,
        out string? obstacle)
    {
        string device = provider.OnGpu ? string.Create(CultureInfo.InvariantCulture, $"gpu:{options.DeviceId}") : "cpu";
        string precision = provider == ExecutionProvider.TensorRt && options.HalfPrecision ? "fp16" : "fp32";
        InferenceSession? session = null;
        OnnxEngine? engine = null;
        try
        {
            session = EngineSession.Open(bundle, options, provider, env);
            var info = new EngineInfo(provider.Name, device, precision, reason);
            engine = new OnnxEngine(bundle.Manifest, session, info, provider.OnGpu);
            engine.WarmUp(options.WarmUpRuns);
            obstacle = null;
            return engine;
        }
        catch (Exception fault) when (fault is OnnxRuntimeException or ModelException { InnerException: not null })
        {
            // A cause within means that run time or disk failed here; a refusal of ours has none and is final.
            engine?.Dispose();
            session?.Dispose();
            obstacle = (fault.InnerException ?? fault).Message;
            return null;
        }
    }

    // The run time's messages hold file names of its own build and line breaks; a reason is one line.
    private static string OneLine(string message)
    {
        const int MaxLength = 300;
        string line = message.ReplaceLineEndings(" ").Trim();
        return line.Length <= MaxLength ? line : line[..MaxLength] + "...";
    }

    private static OrtValue Wrap(TensorArena arena, int slot)
    {
        TensorSlot tensor = arena.Slots[slot];
        long[] shape = new long[tensor.Shape.Length];
        for (int i = 0; i < shape.Length; i++)
        {
            shape[i] = tensor.Shape[i];
        }

        TensorElementType type = tensor.Type == TensorType.UInt8 ? TensorElementType.UInt8 : TensorElementType.Float;
        return OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, type, shape, arena.Address(slot), tensor.ByteCount);
    }

    private void BindInputs()
    {
        for (int slot = 0; slot < Arena.FirstOutput; slot++)
        {
            _binding.BindInput(Arena.Slots[slot].Name, _values[slot]);
        }
    }

    private void WarmUp(int runs)
    {
        for (int i = 0; i < runs; i++)
        {
            Run();
        }

        for (int slot = Arena.FirstOutput; slot < _values.Length; slot++)
        {
            Arena.Bytes(slot).Clear();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ThrowRunFailed(OnnxRuntimeException fault) => throw new ModelException(
        $"Model '{Manifest.Name}' failed on {Info.Provider} ({Info.Device}): {OneLine(fault.Message)}", fault);
}
