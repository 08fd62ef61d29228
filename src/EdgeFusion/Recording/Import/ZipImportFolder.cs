using System.IO.Compression;

namespace EdgeFusion.Recording.Import;

/// <summary>A zip archive read as a folder, without unpacking it to disk.</summary>
internal sealed class ZipImportFolder : ImportFolder
{
    private readonly ZipArchive _archive;

    public ZipImportFolder(string path)
        : base(path)
    {
        try
        {
            _archive = ZipFile.OpenRead(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw ImportFault.Data($"'{path}'", fault.Message.TrimEnd('.'),
                "Check that it is a whole zip file.", fault);
        }
    }

    public override void Dispose() => _archive.Dispose();

    protected override Stream OpenStream(string path) => _archive.GetEntry(path)?.Open()
        ?? throw new FileNotFoundException("the archive has no such file");

    protected override List<string> List()
    {
        var files = new List<string>(Math.Min(_archive.Entries.Count, MostFiles));
        foreach (ZipArchiveEntry entry in _archive.Entries)
        {
            if (entry.Name.Length > 0)
            {
                files.Add(entry.FullName);
            }
        }

        return files;
    }
}
