namespace EdgeFusion.Worker.Configuration;

/// <summary>The live page, its health probes and metrics.</summary>
internal sealed record DashboardOptions
{
    private const int ShortestToken = 16;

    /// <summary>Serve the page. Default true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Address to listen on. Default 127.0.0.1: this machine only. Others need TokenFile.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>Port 0..65535; 0 takes a free one. Default 8600.</summary>
    public int Port { get; init; } = 8_600;

    /// <summary>File whose first line is the token, at least 16 characters. Never the token itself.</summary>
    public string TokenFile { get; init; } = "";

    /// <summary>Further host names under which the page may be opened, e.g. robot7.local.</summary>
    public string[] Hosts { get; init; } = [];

    /// <summary>
    /// Pages of others that may open the streams at /foxglove, by origin, e.g. the address of a Lichtblick on the
    /// network, or file:// for desktop viewers. Default none: clients that are no pages need none.
    /// </summary>
    public string[] Origins { get; init; } = [];

    /// <summary>Folder whose recordings (.mcap) the page can open, read-only. Default empty = none.</summary>
    public string Recordings { get; init; } = "";

    /// <summary>The token; null where none is set.</summary>
    /// <exception cref="ConfigurationException">The file cannot be read or its token is too short.</exception>
    public string? ReadToken()
    {
        if (TokenFile.Length == 0)
        {
            return null;
        }

        try
        {
            string token = File.ReadLines(TokenFile).FirstOrDefault("").Trim();
            return token.Length >= ShortestToken
                ? token
                : throw new ConfigurationException(
                    $"Dashboard:TokenFile '{TokenFile}': the first line must be a token of at least {ShortestToken} "
                    + "characters; make one with: openssl rand -hex 16");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(
                $"Dashboard:TokenFile '{TokenFile}' cannot be read: {fault.Message}", fault);
        }
    }
}
