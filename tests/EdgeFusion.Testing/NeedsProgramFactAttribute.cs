using Xunit;

namespace EdgeFusion.Testing;

/// <summary>A test that is skipped, with the reason, where a program is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsProgramFactAttribute : FactAttribute
{
    /// <summary>Looks for a program by its name.</summary>
    public NeedsProgramFactAttribute(string program) => Skip = WhyNot(program);

    /// <summary>Why the program cannot be used; null where it can.</summary>
    public static string? WhyNot(string program) => Find(program) is null ? $"{program} is not installed" : null;

    /// <summary>Where a program is; looks in sbin too, which a user's path often lacks. Null for nowhere.</summary>
    public static string? Find(string program)
    {
        string path = (Environment.GetEnvironmentVariable("PATH") ?? "") + ":/usr/sbin:/usr/local/sbin";
        foreach (string folder in path.Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            string candidate = Path.Combine(folder, program);
            if (File.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }
}
