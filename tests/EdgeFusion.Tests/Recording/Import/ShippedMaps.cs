namespace EdgeFusion.Tests.Recording.Import;

/// <summary>Finds config/imports of this repository.</summary>
internal static class ShippedMaps
{
    public static string Folder
    {
        get
        {
            DirectoryInfo? folder = new(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "EdgeFusion.sln")))
            {
                folder = folder.Parent;
            }

            return System.IO.Path.Combine(folder!.FullName, "config", "imports");
        }
    }

    public static string Path(string set) => System.IO.Path.Combine(Folder, set + ".json");
}
