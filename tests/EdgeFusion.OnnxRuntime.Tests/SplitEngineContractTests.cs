using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Testing.Inference;

namespace EdgeFusion.OnnxRuntime.Tests;

public sealed class SplitEngineContractTests : InferenceEngineContract, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public SplitEngineContractTests() => ContractModel.WriteSplitTo(_folder);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    protected override IInferenceEngine Create() =>
        SplitEngine.Create(ModelBundle.Open(_folder), new OnnxEngineOptions { Providers = ["cpu"] });
}
