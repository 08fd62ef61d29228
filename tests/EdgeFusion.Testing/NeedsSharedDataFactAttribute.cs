using Xunit;

namespace EdgeFusion.Testing;

/// <summary>A test that is skipped, with the reason, where a public data set is not beside the repository.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsSharedDataFactAttribute : FactAttribute
{
    /// <summary>Looks for a set's folder.</summary>
    /// <param name="set">Name of the folder below shared/data, e.g. ur5-objects.</param>
    public NeedsSharedDataFactAttribute(string set)
    {
        if (Folder(set) is null)
        {
            Skip = $"data set {set} is not there; put it into ../shared/data or set {Variable(set)} to its folder";
        }
    }

    /// <summary>The set's folder; null where it is not there.</summary>
    public static string? Folder(string set) => SharedData.Find(Variable(set), Path.Combine("data", set));

    private static string Variable(string set) => "EDGEFUSION_DATA_" + set.ToUpperInvariant().Replace('-', '_');
}
