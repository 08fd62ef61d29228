using EdgeFusion.Inference;
using EdgeFusion.Testing.Inference;

namespace EdgeFusion.Tests.Inference;

public sealed class ContractModelEngineTests : InferenceEngineContract
{
    protected override IInferenceEngine Create() => new ContractModelEngine();
}
