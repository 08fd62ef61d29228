using System.Globalization;

namespace EdgeFusion.Worker.Composition;

/// <summary>HOST or HOST:PORT of a broker.</summary>
internal static class HostAndPort
{
    public const int DefaultPort = 1883;

    public static (string Host, int Port) Parse(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon < 0 || text.EndsWith(']'))
        {
            return (text.Trim('[', ']'), DefaultPort);
        }

        return int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            && port is > 0 and <= 65_535
            ? (text[..colon].Trim('[', ']'), port)
            : throw new ConfigurationException($"'{text}' is no HOST:PORT: the port must be 1..65535.");
    }
}
