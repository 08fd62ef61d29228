namespace EdgeFusion.Worker.Configuration;

/// <summary>Metrics and traces to an OpenTelemetry collector (OTLP over HTTP).</summary>
internal sealed record TelemetryOptions
{
    /// <summary>Address of the collector, e.g. http://127.0.0.1:4318; empty (default) = none.</summary>
    public string Endpoint { get; init; } = "";

    /// <summary>How often in s metrics are sent, 1..3600. Default 10.</summary>
    public double IntervalSeconds { get; init; } = 10;

    /// <summary>Trace every so many windows, 0..1000000; 0 = none. Default 100.</summary>
    public int TraceEvery { get; init; } = 100;

    /// <summary>File with a header NAME=VALUE per line, such as a token; empty (default) = none.</summary>
    public string HeadersFile { get; init; } = "";

    /// <summary>Allow http to another machine. Default false.</summary>
    public bool AllowPlaintext { get; init; }

    /// <summary>The headers; empty where none are configured.</summary>
    /// <exception cref="ConfigurationException">The file cannot be read, or a line is no NAME=VALUE.</exception>
    public IReadOnlyList<string> ReadHeaders()
    {
        if (HeadersFile.Length == 0)
        {
            return [];
        }

        try
        {
            string[] lines = Array.FindAll(File.ReadAllLines(HeadersFile), line => line.Trim().Length > 0);
            return Array.TrueForAll(lines, line => line.IndexOf('=', StringComparison.Ordinal) > 0)
                ? lines
                : throw new ConfigurationException(
                    $"Telemetry:HeadersFile '{HeadersFile}': each line must be NAME=VALUE.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(
                $"Telemetry:HeadersFile '{HeadersFile}' cannot be read: {fault.Message}", fault);
        }
    }
}
