using EdgeFusion.Recording.Import;

namespace EdgeFusion.Recording.Bags;

/// <summary>A folder as rosbag2 writes it: metadata.yaml and the files that it names.</summary>
internal sealed record RosbagFolder
{
    private const string MetadataName = "metadata.yaml";
    private const int MostFiles = 4096;
    private const long MostMetadataBytes = 16 << 20;

    /// <summary>Files in the order of the recording.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>What is to be said of the folder; null for nothing.</summary>
    public string? Fault { get; init; }

    /// <summary>Compression of single messages, e.g. "zstd"; empty for none.</summary>
    public string MessageCompression { get; init; } = "";

    /// <summary>Reads a folder. One without metadata.yaml, as a killed recorder leaves it, is taken as it is.</summary>
    /// <exception cref="RecordingException">It is no recording, or of a storage that cannot be read.</exception>
    public static RosbagFolder Read(string folder)
    {
        string metadata = Path.Combine(folder, MetadataName);
        return File.Exists(metadata) ? OfMetadata(folder, metadata) : OfFiles(folder);
    }

    private static RosbagFolder OfMetadata(string folder, string metadata)
    {
        if (new FileInfo(metadata).Length > MostMetadataBytes)
        {
            throw new RecordingException($"'{metadata}' has more than {MostMetadataBytes} bytes; it is no metadata.");
        }

        string storage = "";
        string format = "";
        string mode = "";
        var files = new List<string>();
        bool isInFiles = false;
        foreach (string line in File.ReadLines(metadata))
        {
            string text = line.Trim();
            if (isInFiles && text.StartsWith("- ", StringComparison.Ordinal))
            {
                // Names only: a recording must not lead out of its folder.
                files.Add(Path.Combine(folder, Path.GetFileName(Plain(text[2..]))));
                continue;
            }

            isInFiles = text == "relative_file_paths:";
            storage = Value(text, "storage_identifier") ?? storage;
            format = Value(text, "compression_format") ?? format;
            mode = Value(text, "compression_mode") ?? mode;
        }

        if (storage is not ("mcap" or ""))
        {
            throw new RecordingException(
                $"'{folder}' is stored as '{storage}', which cannot be read here; convert it with "
                + "'ros2 bag convert' to storage mcap.");
        }

        if (files.Count is 0 or > MostFiles)
        {
            throw new RecordingException($"'{metadata}' names {files.Count} files; supported are 1..{MostFiles}.");
        }

        return new RosbagFolder
        {
            Files = files,
            MessageCompression = mode.Equals("message", StringComparison.OrdinalIgnoreCase) ? format : "",
        };
    }

    private static RosbagFolder OfFiles(string folder)
    {
        string[] files = Directory.GetFiles(folder, "*.mcap");
        Array.Sort(files, NaturalOrder.Instance);
        foreach (string file in files)
        {
            if (Stem(file) != Stem(files[0]))
            {
                throw new RecordingException(
                    $"'{folder}' has no {MetadataName} and more than one recording ({Path.GetFileName(files[0])}, "
                    + $"{Path.GetFileName(file)}); name one of the files.");
            }
        }

        return files.Length is > 0 and <= MostFiles
            ? new RosbagFolder { Files = files, Fault = $"there is no {MetadataName}" }
            : throw new RecordingException(
                $"'{folder}' is no recording: it has neither {MetadataName} nor a file *.mcap.");
    }

    /// <summary>A name without the number of its part.</summary>
    private static string Stem(string path) =>
        Path.GetFileNameWithoutExtension(path).TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');

    private static string? Value(string line, string key) =>
        line.StartsWith(key, StringComparison.Ordinal) && line.Length > key.Length && line[key.Length] == ':'
            ? Plain(line[(key.Length + 1)..])
            : null;

    private static string Plain(string text) => text.Trim().Trim('"', '\'');
}
