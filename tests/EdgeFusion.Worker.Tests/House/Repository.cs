using EdgeFusion.Testing;

namespace EdgeFusion.Worker.Tests.House;

/// <summary>The source tree that these tests were built from.</summary>
internal static class Repository
{
    private static readonly string[] NotOurs = ["artifacts", "node_modules", ".git", "bin", "obj"];

    public static string Root => RepositoryRoot.Path;

    /// <summary>All our files below a folder with one of these endings.</summary>
    public static IEnumerable<string> Files(string folder, params string[] endings)
    {
        string path = Path.Combine(Root, folder);
        foreach (string file in Directory.EnumerateFiles(path))
        {
            if (endings.Any(ending => file.EndsWith(ending, StringComparison.Ordinal)))
            {
                yield return file;
            }
        }

        foreach (string child in Directory.EnumerateDirectories(path))
        {
            if (NotOurs.Contains(Path.GetFileName(child)))
            {
                continue;
            }

            foreach (string file in Files(Path.GetRelativePath(Root, child), endings))
            {
                yield return file;
            }
        }
    }

    public static string Relative(string file) => Path.GetRelativePath(Root, file);
}
