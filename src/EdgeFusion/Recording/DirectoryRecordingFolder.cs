namespace EdgeFusion.Recording;

/// <summary>A directory with files PREFIX-TIME-PART.mcap, which sort by age.</summary>
/// <param name="directory">The directory; created where it is missing.</param>
/// <param name="prefix">What names of the series begin with; other files are never touched.</param>
public sealed class DirectoryRecordingFolder(string directory, string prefix) : IRecordingFolder
{
    /// <summary>yyyyMMddTHHmmssZ, a dash and the number of the part.</summary>
    private const int StampLength = 16;

    private readonly DirectoryInfo _directory = Directory.CreateDirectory(directory);

    /// <summary>Path of the file being written, which is never listed; null while there is none.</summary>
    public string? Open { get; set; }

    /// <inheritdoc/>
    public long FreeBytes => new DriveInfo(_directory.FullName).AvailableFreeSpace;

    /// <inheritdoc/>
    public long TotalBytes => new DriveInfo(_directory.FullName).TotalSize;

    /// <summary>Path of a part.</summary>
    /// <param name="startedUtc">Start of the series.</param>
    /// <param name="part">Number of the part.</param>
    public string PathOf(DateTime startedUtc, int part)
    {
        string stamp = startedUtc.ToString("yyyyMMdd'T'HHmmss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        return Path.Combine(_directory.FullName, string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"{prefix}-{stamp}-{part:D4}.mcap"));
    }

    /// <inheritdoc/>
    public IReadOnlyList<RecordingFile> List()
    {
        var files = new List<RecordingFile>();
        foreach (FileInfo file in _directory.EnumerateFiles(prefix + "-*.mcap"))
        {
            if (IsOurs(Path.GetFileNameWithoutExtension(file.Name)) && file.FullName != Open)
            {
                files.Add(new RecordingFile(file.FullName, file.Length));
            }
        }

        files.Sort(static (a, b) => string.CompareOrdinal(a.Path, b.Path));
        return files;
    }

    /// <inheritdoc/>
    public void Delete(RecordingFile file) => File.Delete(file.Path);

    private bool IsOurs(string name)
    {
        ReadOnlySpan<char> rest = name.AsSpan(prefix.Length + 1);
        int dash = rest.IndexOf('-');
        if (dash != StampLength || rest[8] != 'T' || rest[StampLength - 1] != 'Z')
        {
            return false;
        }

        foreach (char c in rest[(dash + 1)..])
        {
            if (!char.IsAsciiDigit(c))
            {
                return false;
            }
        }

        return rest.Length > dash + 1;
    }
}
