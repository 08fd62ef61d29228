namespace EdgeFusion.Testing;

/// <summary>Finds data that is too large or not licensed to lie in the repository.</summary>
public static class SharedData
{
    /// <summary>
    /// A folder: the one that an environment variable names, else <paramref name="relative"/> below
    /// EDGEFUSION_SHARED_DIR, else below a folder "shared" beside the repository or above it.
    /// </summary>
    /// <returns>Null where it does not exist.</returns>
    public static string? Find(string variable, string relative)
    {
        var named = Environment.GetEnvironmentVariable(variable);
        if (!string.IsNullOrEmpty(named))
            return Directory.Exists(named) ? named : null;
        var shared = Environment.GetEnvironmentVariable("EDGEFUSION_SHARED_DIR");
        if (!string.IsNullOrEmpty(shared))
            return Existing(Path.Combine(shared, relative));
        for (var folder = Repository(); folder is not null; folder = folder.Parent)
        {
            if (Existing(Path.Combine(folder.FullName, "shared", relative)) is { } found)
                return found;
        }

        return null;
    }

    private static string? Existing(string path) => Directory.Exists(path) ? path : null;

    /// <summary>The folder around the solution; what lies above it is searched too.</summary>
    private static DirectoryInfo? Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "EdgeFusion.sln")))
            folder = folder.Parent;
        return folder?.Parent;
    }
}
