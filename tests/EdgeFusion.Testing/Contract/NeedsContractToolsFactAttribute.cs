using Xunit;

namespace EdgeFusion.Testing.Contract;

/// <summary>A test that is skipped, with the reason, where the tools that judge the contract, or a broker, are not
/// installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsContractToolsFactAttribute : FactAttribute
{
    /// <summary>Looks for them.</summary>
    public NeedsContractToolsFactAttribute() => Skip = ContractCheck.Obstacle()
        ?? NeedsProgramFactAttribute.WhyNot("node")
        ?? NeedsProgramFactAttribute.WhyNot("mosquitto")
        ?? NeedsProgramFactAttribute.WhyNot("mosquitto_sub");
}
