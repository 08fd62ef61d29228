namespace EdgeFusion.Recording.Import;

/// <summary>A folder on disk. Links to folders are not followed, so that a cycle cannot occur.</summary>
internal sealed class DirectoryImportFolder(string path) : ImportFolder(path)
{
    private static readonly EnumerationOptions Options = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.ReparsePoint,
        MaxRecursionDepth = 16,
    };

    public override ByteSource OpenRandom(string path)
    {
        OpenRead(path).Dispose(); // Reports what is wrong with the name.
        return new FileByteSource(Inside(Name, path), path);
    }

    public override void Dispose()
    {
    }

    protected override Stream OpenStream(string path) => File.OpenRead(Inside(Name, path));

    protected override List<string> List()
    {
        var files = new List<string>();
        foreach (string file in Directory.EnumerateFiles(Name, "*", Options))
        {
            files.Add(Path.GetRelativePath(Name, file).Replace('\\', '/'));
            if (files.Count > MostFiles)
            {
                throw ImportFault.Data(
                    $"'{Name}'", $"it holds more than {MostFiles} files", "Name the set's own folder.");
            }
        }

        return files;
    }
}
