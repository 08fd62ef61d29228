namespace EdgeFusion.Recording.Import;

/// <summary>A folder or an archive that a set is imported from; paths are relative with "/" between their
/// parts.</summary>
internal abstract class ImportFolder(string name) : IDisposable
{
    /// <summary>More files than any set has; beyond it the wrong folder was named.</summary>
    protected const int MostFiles = 1_000_000;

    /// <summary>Largest file that is taken into memory as a whole: 256 MiB.</summary>
    private const int MostBytesInMemory = 256 << 20;

    private IReadOnlyList<string>? _files;

    /// <summary>Folder or archive for errors.</summary>
    public string Name { get; } = name;

    /// <summary>All files, in natural order (2 before 10).</summary>
    public IReadOnlyList<string> Files
    {
        get
        {
            if (_files is null)
            {
                List<string> files = List();
                files.Sort(NaturalOrder.Instance);
                _files = files;
            }

            return _files;
        }
    }

    /// <summary>The set's folder, or an archive in it.</summary>
    public static ImportFolder Open(string folder, string? archive)
    {
        if (!Directory.Exists(folder))
        {
            throw ImportFault.Data($"'{folder}'", "there is no such folder", "Name the folder that holds the set.");
        }

        return archive is null ? new DirectoryImportFolder(folder) : new ZipImportFolder(Inside(folder, archive));
    }

    /// <summary>Opens a file to be read from its start.</summary>
    public Stream OpenRead(string path)
    {
        try
        {
            return OpenStream(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw ImportFault.Data(
                $"'{path}' from '{Name}'", fault.Message.TrimEnd('.'),
                "Check the folder and the map's file names.", fault);
        }
    }

    /// <summary>Opens a file to be read at any place.</summary>
    public virtual ByteSource OpenRandom(string path) => new MemoryByteSource(ReadAll(path, MostBytesInMemory), path);

    /// <summary>Reads a whole file of limited size.</summary>
    public byte[] ReadAll(string path, int mostBytes)
    {
        using Stream stream = OpenRead(path);
        using var all = new MemoryStream();
        byte[] block = new byte[64 << 10];
        try
        {
            int read;
            while ((read = stream.Read(block)) > 0)
            {
                if (all.Length + read > mostBytes)
                {
                    throw ImportFault.Data(
                        $"'{path}' from '{Name}'", $"it is larger than {mostBytes} bytes", "Split or unpack it.");
                }

                all.Write(block, 0, read);
            }
        }
        catch (InvalidDataException fault)
        {
            throw ImportFault.Data($"'{path}' from '{Name}'", "the archive is damaged", "Fetch it again.", fault);
        }

        return all.ToArray();
    }

    public abstract void Dispose();

    protected abstract List<string> List();

    protected abstract Stream OpenStream(string path);

    /// <summary>A path below a folder; names from a set's manifest must not lead out of it.</summary>
    protected static string Inside(string folder, string path)
    {
        bool leadsOut = Path.IsPathRooted(path) || path.Contains('\0', StringComparison.Ordinal);
        foreach (string part in path.Split('/', '\\'))
        {
            leadsOut |= part == "..";
        }

        return leadsOut
            ? throw ImportFault.Data(
                $"'{path}'", "the name leads out of the folder", "Correct the map or the manifest.")
            : Path.Combine(folder, path);
    }
}
