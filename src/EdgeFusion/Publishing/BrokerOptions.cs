namespace EdgeFusion.Publishing;

/// <summary>Which broker, and how to speak to it.</summary>
public sealed record BrokerOptions
{
    /// <summary>Largest packet in bytes that a client asks its broker for, and takes from it: 256 KiB. The broker drops
    /// what is larger.</summary>
    public const int MaxInboundBytes = 256 * 1024;

    /// <summary>Host name or address; default localhost.</summary>
    public string Host { get; init; } = "localhost";

    /// <summary>TCP port, 1..65535; default 1883 (with TLS brokers use 8883).</summary>
    public int Port { get; init; } = 1883;

    /// <summary>Client identifier; two clients of one broker must not share it.</summary>
    public required string ClientId { get; init; }

    /// <summary>Seconds of silence after which the connection is probed, 5..65535; default 5.</summary>
    public int KeepAliveSeconds { get; init; } = 5;

    /// <summary>
    /// Most messages in flight, 1..1000; default 20. The broker's own limit (receive maximum) counts where it is lower.
    /// </summary>
    public int SendMaximum { get; init; } = 20;

    /// <summary>User name; null for an anonymous connection.</summary>
    public string? UserName { get; init; }

    /// <summary>File whose first line is the password, read at each connection; null for none.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>Whether to use TLS 1.2 or later; default false.</summary>
    public bool Tls { get; init; }

    /// <summary>PEM file of the authorities to trust; null for the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>PEM file of this client's certificate; null for none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file of this client's private key, not encrypted; null for none.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Whether to accept a certificate of another host: makes TLS pointless. Default false.</summary>
    public bool AllowInsecureTls { get; init; }

    /// <summary>Sent with each message as user properties, e.g. schema = 1; default none.</summary>
    public IReadOnlyDictionary<string, string> UserProperties { get; init; } = new Dictionary<string, string>();

    /// <summary>Address for people, e.g. tcp://localhost:1883; without secrets.</summary>
    public string Target
    {
        get
        {
            string host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
            return $"{(Tls ? "tls" : "tcp")}://{host}:{Port}";
        }
    }

    /// <summary>Checks all values.</summary>
    /// <exception cref="ConfigurationException">Some are wrong; the message lists all of them.</exception>
    public void Validate()
    {
        var faults = new List<string>();
        Check(faults, Host.Length > 0, "Host is empty");
        Check(faults, Port is >= 1 and <= 65535, "Port must be 1..65535");
        Check(faults, ClientId.Length is >= 1 and <= 128, "ClientId must have 1..128 characters");
        Check(faults, KeepAliveSeconds is >= 5 and <= 65535, "KeepAliveSeconds must be 5..65535");
        Check(faults, SendMaximum is >= 1 and <= 1000, "SendMaximum must be 1..1000");
        Check(faults, PasswordFile is null || UserName is not null, "PasswordFile needs a UserName");
        Check(faults, (CertificateFile is null) == (KeyFile is null), "CertificateFile and KeyFile go together");
        Check(
            faults, Tls || (CaFile is null && CertificateFile is null && !AllowInsecureTls),
            "CaFile, CertificateFile and AllowInsecureTls need Tls = true");
        if (faults.Count > 0)
        {
            throw new ConfigurationException($"The settings of publisher {Target} are wrong: "
                + string.Join("; ", faults) + ".");
        }
    }

    private static void Check(List<string> faults, bool good, string fault)
    {
        if (!good)
        {
            faults.Add(fault);
        }
    }
}
