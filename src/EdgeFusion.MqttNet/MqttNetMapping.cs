using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EdgeFusion.Publishing;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace EdgeFusion.MqttNet;

/// <summary>Our options and messages in the words of MQTTnet.</summary>
internal static class MqttNetMapping
{
    private const int PacketIdentifierBytes = 2;
    private const int PayloadFormatBytes = 2;
    private const int ExpiryBytes = 5;
    private const long MaxRest = (1L << 28) - 1; // Four bytes of seven bits.

    /// <summary>Options of one connection; reads the password and the certificates.</summary>
    /// <exception cref="TransportException">A file cannot be read.</exception>
    public static MqttClientOptions Connection(
        BrokerOptions options, List<MqttUserProperty> userProperties, PublishMessage? will, TimeSpan timeout)
    {
        var result = new MqttClientOptions
        {
            ProtocolVersion = MqttProtocolVersion.V500,
            ClientId = options.ClientId,
            CleanSession = true,
            KeepAlivePeriod = TimeSpan.FromSeconds(options.KeepAliveSeconds),
            Timeout = timeout,

            // It reads a field that a connection breaking off at that moment clears; there is nothing to check in 5.0.
            ValidateFeatures = false,
        };
        try
        {
            result.Credentials = Credentials(options);
            result.ChannelOptions = new MqttClientTcpOptions
            {
                RemoteEndpoint = new DnsEndPoint(options.Host, options.Port),

                // The default resets the connection and can overtake DISCONNECT, whereupon the will would be sent.
                LingerState = new LingerOption(false, 0),
                TlsOptions = Tls(options),
            };
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new TransportException(
                $"Could not read the password file or the certificate files for {options.Target}: {fault.Message} "
                + "Check the paths and that this user may read them.", fault);
        }

        if (will is { } message)
        {
            MqttApplicationMessage last = Message(message, userProperties);
            result.WillTopic = last.Topic;
            result.WillPayload = message.Payload.ToArray();
            result.WillQualityOfServiceLevel = last.QualityOfServiceLevel;
            result.WillRetain = last.Retain;
            result.WillContentType = last.ContentType;
            result.WillMessageExpiryInterval = last.MessageExpiryInterval;
            result.WillPayloadFormatIndicator = last.PayloadFormatIndicator;
            result.WillUserProperties = last.UserProperties;
        }

        return result;
    }

    /// <summary>A message of MQTTnet with a copy of the payload, because it may be sent after the call.</summary>
    public static MqttApplicationMessage Message(in PublishMessage message, List<MqttUserProperty> userProperties)
    {
        bool text = message.ContentType == PublishMessage.Json
            || message.ContentType.StartsWith("text/", StringComparison.Ordinal);
        return new MqttApplicationMessage
        {
            Topic = message.Topic,
            PayloadSegment = new ArraySegment<byte>(message.Payload.ToArray()),
            QualityOfServiceLevel = message.Quality == QualityOfService.AtLeastOnce
                ? MqttQualityOfServiceLevel.AtLeastOnce
                : MqttQualityOfServiceLevel.AtMostOnce,
            Retain = message.Retain,
            ContentType = message.ContentType.Length > 0 ? message.ContentType : null,
            PayloadFormatIndicator = text
                ? MqttPayloadFormatIndicator.CharacterData
                : MqttPayloadFormatIndicator.Unspecified,

            // Whole seconds; rounded up, because 0 would mean "for ever".
            MessageExpiryInterval = (uint)Math.Clamp(Math.Ceiling(message.Expiry.TotalSeconds), 0, uint.MaxValue),
            UserProperties = userProperties,
        };
    }

    /// <summary>Whether this broker can be given this message at all; MQTTnet does not look.</summary>
    public static bool Fits(MqttApplicationMessage message, MqttClientConnectResult broker)
    {
        int topic = Encoding.UTF8.GetByteCount(message.Topic);
        bool acknowledged = message.QualityOfServiceLevel != MqttQualityOfServiceLevel.AtMostOnce;
        if (topic is 0 or > ushort.MaxValue || message.Topic.AsSpan().ContainsAny('+', '#', '\0')
            || (message.Retain && !broker.RetainAvailable)
            || (acknowledged && broker.MaximumQoS == MqttQualityOfServiceLevel.AtMostOnce))
        {
            return false;
        }

        // MQTT 5, 3.3: each text has a length of two bytes; each property an identifier of one.
        long properties = message.PayloadFormatIndicator == MqttPayloadFormatIndicator.Unspecified
            ? 0
            : PayloadFormatBytes;
        properties += message.MessageExpiryInterval == 0 ? 0 : ExpiryBytes;
        properties += message.ContentType is null ? 0 : 3 + Encoding.UTF8.GetByteCount(message.ContentType);
        foreach (MqttUserProperty property in message.UserProperties)
        {
            properties += 5 + Encoding.UTF8.GetByteCount(property.Name) + property.ValueBuffer.Length;
        }

        long rest = 2 + topic + (acknowledged ? PacketIdentifierBytes : 0) + LengthBytes(properties) + properties
            + message.Payload.Length;
        bool limited = broker.MaximumPacketSize is > 0; // A broker that names none comes as 0.
        return rest <= MaxRest && (!limited || 1 + LengthBytes(rest) + rest <= broker.MaximumPacketSize);
    }

    /// <summary>User properties in the words of MQTTnet; shared by all messages.</summary>
    public static List<MqttUserProperty> UserProperties(BrokerOptions options) => options.UserProperties
        .Select(p => new MqttUserProperty(p.Key, new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(p.Value)))).ToList();

    /// <summary>What a reason code means, with its number.</summary>
    public static string Reason(string name, int number, string? words) =>
        $"{(string.IsNullOrEmpty(words) ? name : words)} (0x{number:X2})";

    private static int LengthBytes(long value) =>
        value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : 4;

    private static MqttClientCredentials? Credentials(BrokerOptions options)
    {
        if (options.UserName is not { } user)
        {
            return null;
        }

        if (options.PasswordFile is not { } file)
        {
            return new MqttClientCredentials(user);
        }

        using var reader = new StreamReader(file);
        return new MqttClientCredentials(user, Encoding.UTF8.GetBytes(reader.ReadLine() ?? ""));
    }

    private static MqttClientTlsOptions Tls(BrokerOptions options)
    {
        // Revocation is not looked up, as in the other publisher: an edge device may reach nobody but its broker.
        var tls = new MqttClientTlsOptions { UseTls = options.Tls, RevocationMode = X509RevocationMode.NoCheck };
        if (options.CaFile is { } authorities)
        {
            tls.TrustChain = [];
            tls.TrustChain.ImportFromPemFile(authorities);
        }

        if (options.CertificateFile is { } certificate)
        {
            tls.ClientCertificatesProvider = new DefaultMqttCertificatesProvider(
                new X509Certificate2Collection(X509Certificate2.CreateFromPemFile(certificate, options.KeyFile)));
        }

        if (options.AllowInsecureTls)
        {
            tls.CertificateValidationHandler = static seen =>
                (seen.SslPolicyErrors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None;
        }

        return tls;
    }
}
