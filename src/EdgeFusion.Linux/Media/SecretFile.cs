namespace EdgeFusion.Linux.Media;

/// <summary>Reads a secret from a file.</summary>
internal static class SecretFile
{
    /// <summary>The first line.</summary>
    /// <exception cref="SensorException">The file is missing, unreadable or empty.</exception>
    public static string FirstLine(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            return reader.ReadLine() is { Length: > 0 } line
                ? line
                : throw new SensorException(
                    $"The password file '{path}' is empty: write the password in its first line.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new SensorException($"Cannot read the password file '{path}': {fault.Message}", fault);
        }
    }
}
