using Xunit;

namespace EdgeFusion.Testing;

/// <summary>A test that is skipped, with the reason, where the data it needs is not there.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsFolderFactAttribute : FactAttribute
{
    /// <summary>Looks for a folder as <see cref="SharedData.Find"/> does.</summary>
    public NeedsFolderFactAttribute(string variable, string relative)
    {
        if (SharedData.Find(variable, relative) is null)
            Skip = $"{relative} is not there; set {variable} to its folder";
    }
}
