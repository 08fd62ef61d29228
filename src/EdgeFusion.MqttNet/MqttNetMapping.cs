using System.Globalization;
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
    /// <summary>Options of one connection; reads the password and the certificates.</summary>
    /// <exception cref="TransportException">A file cannot be read.</exception>
    public static MqttClientOptions Connection(
        BrokerOptions options, List<MqttUserProperty> userProperties, PublishMessage? will, TimeSpan timeout,
        bool isOld)
    {
        var result = new MqttClientOptions
        {
            ProtocolVersion = isOld ? MqttProtocolVersion.V311 : MqttProtocolVersion.V500,
            ClientId = options.ClientId,
            CleanSession = true,
            KeepAlivePeriod = TimeSpan.FromSeconds(options.KeepAliveSeconds),
            Timeout = timeout,
            MaximumPacketSize = BrokerOptions.MaxInboundBytes,

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
            MqttApplicationMessage last = Message(message, userProperties, isOld);
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
    /// <param name="message">The message.</param>
    /// <param name="userProperties">What goes with each.</param>
    /// <param name="isOld">Whether the broker speaks MQTT 3.1.1, which has no properties.</param>
    public static MqttApplicationMessage Message(
        in PublishMessage message, List<MqttUserProperty> userProperties, bool isOld)
    {
        var bare = new MqttApplicationMessage
        {
            Topic = message.Topic,
            PayloadSegment = new ArraySegment<byte>(message.Payload.ToArray()),
            QualityOfServiceLevel = message.Quality == QualityOfService.AtLeastOnce
                ? MqttQualityOfServiceLevel.AtLeastOnce
                : MqttQualityOfServiceLevel.AtMostOnce,
            Retain = message.Retain,
        };
        if (!isOld)
        {
            Describe(bare, message, userProperties);
        }

        return bare;
    }

    private static void Describe(
        MqttApplicationMessage packet, in PublishMessage message, List<MqttUserProperty> userProperties)
    {
        bool text = message.ContentType == PublishMessage.Json
            || message.ContentType.StartsWith("text/", StringComparison.Ordinal);
        packet.ContentType = message.ContentType.Length > 0 ? message.ContentType : null;
        packet.PayloadFormatIndicator = text
            ? MqttPayloadFormatIndicator.CharacterData
            : MqttPayloadFormatIndicator.Unspecified;

        // Whole seconds; rounded up, because 0 would mean "for ever".
        packet.MessageExpiryInterval = (uint)Math.Clamp(
            Math.Ceiling(message.Expiry.TotalSeconds), 0, uint.MaxValue);
        packet.ResponseTopic = message.ResponseTopic;
        packet.CorrelationData = message.Correlation.IsEmpty ? null : message.Correlation.ToArray();
        packet.UserProperties = message.Key is { } key
            ?
            [
                .. userProperties, Property("epoch", PredictionFormat.EpochText(key.Epoch)),
                Property("seq", key.Sequence.ToString(CultureInfo.InvariantCulture)),
            ]
            : userProperties;
    }

    /// <summary>Why this broker cannot be given this message at all; null where it can. MQTTnet does not look.
    /// </summary>
    public static string? Obstacle(MqttApplicationMessage message, MqttClientConnectResult broker, bool isOld)
    {
        int topic = PacketSize.TopicBytes(message.Topic);
        bool acknowledged = message.QualityOfServiceLevel != MqttQualityOfServiceLevel.AtMostOnce;
        if ((topic == 0 && message.TopicAlias == 0) || topic > ushort.MaxValue
            || message.Topic.AsSpan().ContainsAny('+', '#', '\0'))
        {
            return "its topic is empty, too long or has wildcards";
        }

        if (message.Retain && !broker.RetainAvailable)
        {
            return "the broker keeps no retained messages";
        }

        if (acknowledged && !isOld && broker.MaximumQoS == MqttQualityOfServiceLevel.AtMostOnce)
        {
            return "the broker acknowledges nothing";
        }

        PacketSize size = Size(message);
        long bytes = size.Whole(topic, (int)message.Payload.Length, acknowledged);
        long most = broker.MaximumPacketSize is { } named and > 0 ? named : PacketSize.Most;
        return bytes <= most
            ? null
            : string.Create(
                CultureInfo.InvariantCulture, $"it is {bytes} bytes on the wire, and the broker takes {most} at most");
    }

    private static PacketSize Size(MqttApplicationMessage message)
    {
        var size = default(PacketSize);
        Number(ref size, sizeof(byte), message.PayloadFormatIndicator != MqttPayloadFormatIndicator.Unspecified);
        Number(ref size, sizeof(uint), message.MessageExpiryInterval != 0);
        Number(ref size, sizeof(ushort), message.TopicAlias != 0);
        Text(ref size, message.ContentType);
        Text(ref size, message.ResponseTopic);
        if (message.CorrelationData is { } correlation)
        {
            size.AddData(correlation.Length);
        }

        foreach (MqttUserProperty property in message.UserProperties ?? [])
        {
            size.AddPair(Encoding.UTF8.GetByteCount(property.Name), property.ValueBuffer.Length);
        }

        return size;
    }

    private static void Number(ref PacketSize size, int bytes, bool isThere)
    {
        if (isThere)
        {
            size.AddNumber(bytes);
        }
    }

    private static void Text(ref PacketSize size, string? text)
    {
        if (text is not null)
        {
            size.AddData(Encoding.UTF8.GetByteCount(text));
        }
    }

    /// <summary>User properties in the words of MQTTnet; shared by all messages.</summary>
    public static List<MqttUserProperty> UserProperties(BrokerOptions options) => options.UserProperties
        .Select(p => Property(p.Key, p.Value)).ToList();

    private static MqttUserProperty Property(string name, string value) =>
        new(name, new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(value)));

    /// <summary>What a reason code means, with its number.</summary>
    public static string Reason(string name, int number, string? words) =>
        $"{(string.IsNullOrEmpty(words) ? name : words)} (0x{number:X2})";

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
