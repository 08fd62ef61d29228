using EdgeFusion.Models;

namespace EdgeFusion.Inference;

/// <summary>What an engine runs on; travels with every prediction.</summary>
/// <param name="Provider">Execution provider in use, in lower case, e.g. "cpu".</param>
/// <param name="Device">Device within the provider, e.g. "cpu" or "gpu:0".</param>
/// <param name="Precision">"fp32", "fp16" or "int8".</param>
/// <param name="FallbackReason">Why a provider asked for earlier in the list is not used; null where the first
/// is.</param>
public sealed record EngineInfo(string Provider, string Device, string Precision, string? FallbackReason);

/// <summary>Runs a model on the tensors of an arena.</summary>
/// <remarks>
/// <para><b>Contract</b> (InferenceEngineContract in EdgeFusion.Testing): the same inputs give the same bytes;
/// <see cref="Run"/> allocates nothing on the managed heap; a model that does not fit its manifest is one
/// <see cref="ModelException"/> at construction.</para>
/// <para><b>Threading.</b> An engine and its arena belong to one thread at a time.</para>
/// </remarks>
public interface IInferenceEngine : IDisposable
{
    /// <summary>The model's contract.</summary>
    ModelManifest Manifest { get; }

    /// <summary>Provider, device and precision in use.</summary>
    EngineInfo Info { get; }

    /// <summary>The tensors that <see cref="Run"/> reads and writes; owned by the engine.</summary>
    TensorArena Arena { get; }

    /// <summary>Runs the model once: inputs and mask in the arena to outputs in the arena. Hot path.</summary>
    /// <exception cref="ModelException">The run time reported a failure.</exception>
    void Run();

    /// <summary>
    /// Answers again after nothing but the mask has changed since <see cref="Run"/>, and there only from 1 to 0. An
    /// engine that keeps what it made of each input saves most of the work; by default it runs as ever. Hot path.
    /// </summary>
    /// <exception cref="ModelException">The run time reported a failure.</exception>
    void RunAgain() => Run();

    /// <summary>Whether <see cref="Prepare"/> does anything; false by default.</summary>
    bool CanPrepare => false;

    /// <summary>
    /// Begins with one input before the rest of the window has come: its tensor holds what it most likely will hold at
    /// the next <see cref="Run"/>. Never changes an answer and never throws for a failing run time. Hot path.
    /// </summary>
    /// <param name="input">Index of the model's input.</param>
    void Prepare(int input)
    {
    }
}
