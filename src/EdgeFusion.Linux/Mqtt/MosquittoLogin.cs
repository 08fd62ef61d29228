using EdgeFusion.Linux.Interop.Mosquitto;
using EdgeFusion.Publishing;

namespace EdgeFusion.Linux.Mqtt;

/// <summary>User name, password and certificates of a client, read anew for each connection.</summary>
internal static class MosquittoLogin
{
    /// <summary>Sets them.</summary>
    /// <exception cref="TransportException">A file cannot be read.</exception>
    public static void Configure(MosquittoHandle client, BrokerOptions options)
    {
        if (options.UserName is { } user)
        {
            MosquittoFault.ThrowIfFailed(
                LibMosquitto.UserNamePassword(client, user, Password(options)), options.Target,
                "set the user name for");
        }

        if (options.Tls)
        {
            ConfigureTls(client, options);
        }
    }

    private static void ConfigureTls(MosquittoHandle client, BrokerOptions options)
    {
        string target = options.Target;
        int code = options.CaFile is null
            ? LibMosquitto.IntOption(client, MosquittoOption.TlsUseOsCertificates, 1)
            : 0;
        MosquittoFault.ThrowIfFailed(code, target, "use the system's certificates for");
        if (options.CaFile is not null || options.CertificateFile is not null)
        {
            code = LibMosquitto.TlsSet(
                client, options.CaFile, null, options.CertificateFile, options.KeyFile, 0);
            MosquittoFault.ThrowIfFailed(code, target, "load the certificate files for");
        }

        const int VerifyPeer = 1;
        MosquittoFault.ThrowIfFailed(
            LibMosquitto.TlsOptions(client, VerifyPeer, null, null), target, "set TLS options for");
        byte insecure = options.AllowInsecureTls ? (byte)1 : (byte)0;
        MosquittoFault.ThrowIfFailed(LibMosquitto.TlsInsecure(client, insecure), target, "set TLS options for");
    }

    private static string? Password(BrokerOptions options)
    {
        if (options.PasswordFile is not { } file)
        {
            return null;
        }

        try
        {
            using var reader = new StreamReader(file);
            return reader.ReadLine() ?? "";
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new TransportException(
                $"Could not read the password file {file} for {options.Target}: {fault.Message} Check the path and "
                + "that this user may read it.", fault);
        }
    }
}
