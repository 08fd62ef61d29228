using Xunit;

namespace EdgeFusion.Testing.Mcap;

/// <summary>A test that is skipped, with the reason, where the other MCAP reader is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsOtherReaderFactAttribute : FactAttribute
{
    /// <summary>Looks for it.</summary>
    public NeedsOtherReaderFactAttribute() => Skip = OtherReader.Obstacle();
}
