using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Testing.Inference;

namespace EdgeFusion.OnnxRuntime.Tests;

public sealed class OnnxEngineContractTests : InferenceEngineContract
{
    protected override IInferenceEngine Create() => OnnxEngine.Create(
        ModelBundle.FromMemory(ContractModel.Manifest, ContractModel.File),
        new OnnxEngineOptions { Providers = ["cpu"] });
}
