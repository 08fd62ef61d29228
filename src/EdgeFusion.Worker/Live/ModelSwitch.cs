using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Pipeline;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Live;

/// <summary>How a change of the model came out.</summary>
/// <param name="Done">Whether the model answers from the next window on.</param>
/// <param name="Reason">Why not; empty where it does.</param>
/// <param name="Name">Name of the model that answers now.</param>
/// <param name="Version">Its version.</param>
/// <param name="Sha256">Its hash.</param>
internal sealed record SwitchResult(bool Done, string Reason, string Name, string Version, string Sha256);

/// <summary>
/// Changes the model of a running pipeline: loads and warms the new one up on a thread of its own, below the live one's
/// priority, then hands it over at the border of two windows. Whatever is wrong with it, the old one stays.
/// </summary>
/// <remarks><b>Threading.</b> Any thread; one change at a time, the others wait. Takes up to some seconds.</remarks>
internal sealed class ModelSwitch(FusionPipeline pipeline, ModelOptions initial)
{
    private readonly Lock _lock = new();
    private ModelOptions _before = initial;
    private ModelOptions _wanted = initial;
    private IInferenceEngine? _installed;

    /// <summary>Whether a model may be named by a command: one of the models folder, never a path.</summary>
    public static bool IsCatalogName(string name) =>
        new ModelCatalog(ModelPaths.Folder()).Names().Contains(name);

    /// <summary>Changes to another model with the settings of the present one.</summary>
    public SwitchResult Switch(string name) => Switch(Current with { Name = name });

    /// <summary>Changes the model, or how it is run.</summary>
    public SwitchResult Switch(ModelOptions wanted)
    {
        lock (_lock)
        {
            string reason = "";
            var loader = new Thread(() => reason = Load(wanted))
            {
                Name = "model-loader",
                IsBackground = true,
                Priority = ThreadPriority.BelowNormal,
            };
            loader.Start();
            loader.Join();
            if (reason.Length > 0)
            {
                ModelManifest live = pipeline.Manifest;
                return new SwitchResult(false, reason, live.Name, live.Version, live.Sha256);
            }

            ModelManifest taken = _installed!.Manifest;
            return new SwitchResult(true, "", taken.Name, taken.Version, taken.Sha256);
        }
    }

    /// <summary>Whether what is wanted is not what runs: other settings, or other files behind the same name.</summary>
    /// <exception cref="ModelException">There is no such model, or its manifest is broken.</exception>
    public bool Differs(ModelOptions wanted)
    {
        ModelManifest manifest = ModelPaths.ReadSpec(wanted.Name);
        ModelManifest live = pipeline.Manifest;
        if (wanted.Precision == "fp32" && (manifest.Version != live.Version || manifest.Sha256 != live.Sha256))
        {
            return true;
        }

        var now = new WorkerOptions { Model = Current };
        var then = new WorkerOptions { Model = wanted };
        return OptionChanges.Between(now, then).Exists(ReloadRules.IsLive);
    }

    /// <summary>Settings of the engine that answers; those before it where the pipeline went back by itself.</summary>
    private ModelOptions Current =>
        _installed is null || ReferenceEquals(pipeline.Engine, _installed) || pipeline.IsChangingModel
            ? _wanted
            : _before;

    /// <summary>Loads, tries and hands over.</summary>
    /// <returns>What is wrong; empty where nothing is.</returns>
    private string Load(ModelOptions wanted)
    {
        IInferenceEngine? engine = null;
        try
        {
            ModelBundle bundle = Engines.OpenBundle(wanted.Name, wanted.Precision);
            engine = Engines.Open(bundle, Engines.OptionsOf(wanted));
            Engines.WarmUp(engine);
            pipeline.Replace(engine);
            _before = Current;
            _wanted = wanted;
            _installed = engine;
            return "";
        }
#pragma warning disable CA1031 // Whatever is wrong with a new model must not end the worker that predicts with the old.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            engine?.Dispose();
            return fault is EdgeFusionException
                ? fault.Message
                : $"Model '{wanted.Name}' cannot be loaded: {fault.GetType().Name}: {fault.Message}";
        }
    }
}
