namespace EdgeFusion.Worker.Dashboard.Recordings;

/// <summary>A recording that can be opened.</summary>
/// <param name="Name">Its path within the folder.</param>
/// <param name="Path">Its path on the disk; stays in here.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Modified">When it was last written.</param>
internal sealed record RecordingEntry(string Name, string Path, long Bytes, DateTime Modified);

/// <summary>The recordings of one folder, or one alone. Read-only.</summary>
/// <remarks>
/// A name that comes from outside is looked for among the names that are there and never made into a path, so no name
/// leads out of the folder; links are passed over. <b>Threading.</b> Any thread.
/// </remarks>
internal sealed class RecordingFolder
{
    private const int MostListed = 1_000;
    private const int DeepestFolder = 4;

    private static readonly EnumerationOptions Listing = new()
    {
        RecurseSubdirectories = true,
        MaxRecursionDepth = DeepestFolder,
        IgnoreInaccessible = true,
        AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Hidden | FileAttributes.System,
    };

    private readonly string _folder;
    private readonly string? _only;

    /// <param name="path">A folder, or one recording.</param>
    /// <exception cref="ConfigurationException">There is neither.</exception>
    public RecordingFolder(string path)
    {
        string full = Path.GetFullPath(path);
        _only = File.Exists(full) ? full : null;
        _folder = _only is null ? full : Path.GetDirectoryName(full)!;
        if (!Directory.Exists(_folder))
        {
            throw new ConfigurationException($"There is no folder or recording '{path}'.");
        }
    }

    /// <summary>What is there now, the newest first.</summary>
    public IReadOnlyList<RecordingEntry> List()
    {
        IEnumerable<string> paths = _only is null
            ? Directory.EnumerateFiles(_folder, "*.mcap", Listing).Take(MostListed)
            : [_only];
        return
        [
            .. paths.Select(path => new FileInfo(path)).Where(file => file.Exists)
                .Select(file => new RecordingEntry(
                    Path.GetRelativePath(_folder, file.FullName), file.FullName, file.Length, file.LastWriteTimeUtc))
                .OrderByDescending(entry => entry.Modified).ThenBy(entry => entry.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>A recording by its name; null where there is none of that name.</summary>
    public RecordingEntry? Find(string name) => List().FirstOrDefault(entry => entry.Name == name);
}
