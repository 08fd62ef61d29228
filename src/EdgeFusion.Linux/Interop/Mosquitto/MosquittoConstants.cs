namespace EdgeFusion.Linux.Interop.Mosquitto;

/// <summary>enum mosq_opt_t.</summary>
internal enum MosquittoOption
{
    ProtocolVersion = 1,
    SendMaximum = 5,
    TcpNoDelay = 11,
    TlsUseOsCertificates = 13,
}

/// <summary>enum mqtt5_property: identifiers of the standard.</summary>
internal enum MosquittoProperty
{
    PayloadFormatIndicator = 1,
    MessageExpiryInterval = 2,
    ContentType = 3,
    ResponseTopic = 8,
    CorrelationData = 9,
    ReceiveMaximum = 33,
    TopicAliasMaximum = 34,
    TopicAlias = 35,
    UserProperty = 38,
    MaximumPacketSize = 39,
}

/// <summary>enum mosq_err_t, those that we tell apart.</summary>
internal enum MosquittoCode
{
    ConnectionPending = -1,
    Success = 0,
    NoMemory = 1,
    Invalid = 3,
    NoConnection = 4,
    ConnectionLost = 7,
    PayloadSize = 9,
    Errno = 14,
    NameLookup = 15,
    MalformedUtf8 = 18,
    QosNotSupported = 24,
    OversizePacket = 25,
    RetainNotSupported = 28,
}

/// <summary>Reason codes of the standard, those that we tell apart.</summary>
internal static class MqttReason
{
    public const int NoMatchingSubscribers = 0x10;

    /// <summary>The broker does not speak this version of the protocol.</summary>
    public const int UnsupportedProtocol = 0x84;

    public const int SessionTakenOver = 0x8E;

    /// <summary>From here on a reason is a failure.</summary>
    public const int FirstFailure = 0x80;
}
