namespace EdgeFusion.Testing;

/// <summary>Finds the repository that a test runs in.</summary>
public static class RepositoryRoot
{
    /// <summary>The folder that holds EdgeFusion.sln.</summary>
    public static string Path { get; } = Find();

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "EdgeFusion.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No EdgeFusion.sln above {AppContext.BaseDirectory}.");
    }
}
