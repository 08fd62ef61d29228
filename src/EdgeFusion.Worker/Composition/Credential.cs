namespace EdgeFusion.Worker.Composition;

/// <summary>Finds secrets that systemd hands over (LoadCredential=).</summary>
internal static class Credential
{
    private const string Scheme = "credential:";
    private const string FolderVariable = "CREDENTIALS_DIRECTORY";

    /// <summary>A path as it is; "credential:NAME" as the file of that name among the credentials of this service.
    /// </summary>
    /// <exception cref="ConfigurationException">There are no credentials, or the name is a path.</exception>
    public static string Path(string text)
    {
        if (!text.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return text;
        }

        string name = text[Scheme.Length..];
        if (name.Length == 0 || name.Contains('/', StringComparison.Ordinal) || name is "." or "..")
        {
            throw new ConfigurationException($"'{text}' does not name a credential: write {Scheme}NAME.");
        }

        return Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder
            ? System.IO.Path.Combine(folder, name)
            : throw new ConfigurationException(
                $"'{text}' names a credential, but this is no service with credentials ({FolderVariable} is not set). "
                + $"Set LoadCredential={name}:... in the unit, or name a file.");
    }
}
