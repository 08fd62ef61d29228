using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using EdgeFusion.Linux.Interop.Libc;
using EdgeFusion.Linux.Interop.Mosquitto;
using EdgeFusion.Publishing;

namespace EdgeFusion.Linux.Mqtt;

/// <summary>Publishes over MQTT 5 (where the broker is older: 3.1.1) with libmosquitto; no thread of its own.</summary>
/// <remarks>
/// <para>Each <see cref="Connect"/> is a new client and a clean session without expiry: what was not acknowledged is
/// the outbox's to repeat, and nothing is repeated twice.</para>
/// <para><b>Threading.</b> As <see cref="IPublisher"/> says. Hot path: <see cref="TryPublish"/> allocates nothing on
/// the managed heap once a topic is known.</para>
/// </remarks>
public sealed class MosquittoPublisher : IPublisher, ICommandChannel
{
    /// <summary>Topics whose UTF-8 form is kept; a node has a few dozen.</summary>
    private const int MaxKnownTexts = 4096;

    /// <summary>As in payloads: 16 hex digits.</summary>
    private static readonly StandardFormat EpochFormat = new('x', 16);

    private readonly BrokerOptions _options;
    private readonly EventDescriptor _wake;
    private readonly FlightWindow _flight;
    private readonly Dictionary<string, byte[]> _texts = new(StringComparer.Ordinal);
    private readonly (byte[] Name, byte[] Value)[] _userProperties;
    private readonly TopicAliases _aliases = new();
    private readonly ShortConnections _past = new(TimeProvider.System);
    private MosquittoConnection? _connection;
    private bool _isOld;
    private bool _refusedAsTooNew;
    private MosquittoInbox? _inbox;

    /// <summary>Creates a publisher; nothing is opened yet.</summary>
    /// <exception cref="ConfigurationException">The options are wrong.</exception>
    /// <exception cref="TransportException">libmosquitto is not installed.</exception>
    public MosquittoPublisher(BrokerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (Probe() is { } missing)
        {
            throw new TransportException(missing);
        }

        _options = options;
        Target = options.Target;
        _flight = new FlightWindow(options.SendMaximum);
        _userProperties = options.UserProperties.Select(p => (Utf8(p.Key), Utf8(p.Value))).ToArray();
        MosquittoFault.ThrowIfFailed(LibMosquitto.LibInit(), options.Target, "initialise libmosquitto for");
        _wake = new EventDescriptor();
    }

    /// <inheritdoc/>
    public string Target { get; }

    /// <inheritdoc/>
    public bool IsConnected => _connection is { IsAlive: true };

    /// <inheritdoc/>
    public int InFlight => _flight.Count;

    /// <inheritdoc/>
    public string? Refusal => _connection?.Refusal;

    /// <summary>Whether the broker spoke MQTT 3.1.1 only: no properties.</summary>
    public bool IsOldProtocol => _isOld;

    /// <inheritdoc/>
    public string? Unsubscribed => _connection?.Unsubscribed;

    /// <inheritdoc/>
    public long Overrun => _inbox?.Overrun ?? 0;

    /// <summary>Looks whether the library is there.</summary>
    /// <returns>What is missing and how to install it; null where all is well.</returns>
    public static string? Probe()
    {
        if (!NativeLibrary.TryLoad(LibMosquitto.Library, typeof(LibMosquitto).Assembly, null, out nint handle))
        {
            return $"{LibMosquitto.Library} not found; apt install libmosquitto1";
        }

        NativeLibrary.Free(handle);
        return null;
    }

    /// <inheritdoc/>
    public void Connect(PublishMessage? will, TimeSpan timeout, CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        Close();
        var deadline = Deadline.After(timeout);
        using CancellationTokenRegistration wakeOnStop =
            stopping.UnsafeRegister(static wake => ((EventDescriptor)wake!).Raise(), _wake);
        string[] hosts = HostLookup.Resolve(_options, deadline, stopping);
        for (int i = 0; ; i++)
        {
            try
            {
                _connection = OpenConnection(hosts[i], will, deadline, stopping);
                return;
            }
            catch (TransportException) when (_refusedAsTooNew && !_isOld)
            {
                // An older broker: the same topics, without properties, for as long as this publisher lives.
                _isOld = true;
                i--;
            }
            catch (TransportException) when (i + 1 < hosts.Length && !deadline.IsOver)
            {
                // A name with several addresses: the broker may listen on another one.
            }
        }
    }

    /// <inheritdoc/>
    public HandOver TryPublish(in PublishMessage message, long ticket)
    {
        MosquittoConnection connection = Alive();
        bool acknowledged = message.Quality == QualityOfService.AtLeastOnce;
        if (connection.WantsToWrite || (acknowledged && _flight.IsFull))
        {
            return HandOver.Busy;
        }

        int alias = _aliases.Find(message, out bool isKnown);
        var properties = new MosquittoProperties(Target);
        try
        {
            Describe(message, ref properties);
            if (alias > 0)
            {
                properties.AddInt16(MosquittoProperty.TopicAlias, (ushort)alias);
            }

            ReadOnlySpan<byte> topic = isKnown ? [] : Text(message.Topic);
            if (IsTooLarge(message, properties.Size, Math.Max(0, topic.Length - 1)))
            {
                return HandOver.Refused;
            }

            ReadOnlySpan<byte> payload = message.Payload.Span;
            int code = LibMosquitto.Publish(
                connection.Handle, out int messageId, topic, payload.Length, payload, (int)message.Quality,
                message.Retain ? (byte)1 : (byte)0, properties.List);
            if (code != 0)
            {
                return connection.Judge(code);
            }

            if (alias > 0 && !isKnown)
            {
                _aliases.Learn(message.Topic);
            }

            if (acknowledged)
            {
                _flight.Add(messageId, ticket);
            }

            return HandOver.Taken;
        }
        finally
        {
            properties.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Pump(TimeSpan wait, IPublishReceipts receipts)
    {
        ArgumentNullException.ThrowIfNull(receipts);
        try
        {
            Alive().Pump(wait);
        }
        finally
        {
            _flight.Deliver(receipts);
            _inbox?.Deliver();
        }
    }

    /// <inheritdoc/>
    public void Listen(IReadOnlyList<string> filters, IInbox inbox, bool retained)
    {
        ArgumentNullException.ThrowIfNull(filters);
        ArgumentNullException.ThrowIfNull(inbox);
        _inbox = new MosquittoInbox(filters, inbox, retained);
    }

    /// <inheritdoc/>
    public void Wake() => _wake.Raise();

    /// <inheritdoc/>
    public void Disconnect()
    {
        _connection?.SayGoodbye();
        Close();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        _wake.Dispose();
    }

    private MosquittoConnection OpenConnection(
        string host, PublishMessage? will, Deadline deadline, CancellationToken stopping)
    {
        _flight.Reset();
        _aliases.Reset(0);
        var connection = new MosquittoConnection(_options, _flight, _wake, _inbox)
        {
            IsOld = _isOld,
            Past = _past,
            Aliases = _aliases,
        };
        try
        {
            connection.Configure();
            if (will is { } message)
            {
                SetWill(connection, message);
            }

            connection.Open(host, deadline, stopping);
            return connection;
        }
        catch
        {
            _refusedAsTooNew = connection.IsTooNew;
            connection.Dispose();
            throw;
        }
    }

    private void SetWill(MosquittoConnection connection, in PublishMessage will)
    {
        var properties = new MosquittoProperties(Target);
        try
        {
            Describe(will, ref properties);
            int code = LibMosquitto.WillSet(
                connection.Handle, Text(will.Topic), will.Payload.Length, will.Payload.Span, (int)will.Quality,
                will.Retain ? (byte)1 : (byte)0, properties.List);
            MosquittoFault.ThrowIfFailed(code, Target, "leave a last will with");
            properties.Release();
        }
        finally
        {
            properties.Dispose();
        }
    }

    private void Describe(in PublishMessage message, ref MosquittoProperties properties)
    {
        if (_isOld)
        {
            return;
        }

        if (message.ContentType == PublishMessage.Json
            || message.ContentType.StartsWith("text/", StringComparison.Ordinal))
        {
            const byte Utf8Text = 1;
            properties.AddByte(MosquittoProperty.PayloadFormatIndicator, Utf8Text);
        }

        if (message.Expiry > TimeSpan.Zero)
        {
            // Whole seconds; rounded up, because 0 would mean "expired".
            double seconds = Math.Min(Math.Ceiling(message.Expiry.TotalSeconds), uint.MaxValue);
            properties.AddInt32(MosquittoProperty.MessageExpiryInterval, (uint)seconds);
        }

        if (message.ContentType.Length > 0)
        {
            properties.AddString(MosquittoProperty.ContentType, Text(message.ContentType));
        }

        if (message.ResponseTopic is { } answer)
        {
            properties.AddString(MosquittoProperty.ResponseTopic, Text(answer));
        }

        if (message.Correlation.Length is > 0 and <= ushort.MaxValue)
        {
            properties.AddBinary(MosquittoProperty.CorrelationData, message.Correlation.Span);
        }

        foreach ((byte[] name, byte[] value) in _userProperties)
        {
            properties.AddUserProperty(name, value);
        }

        if (message.Key is { } key)
        {
            Span<byte> text = stackalloc byte[24];
            text.Clear();
            Utf8Formatter.TryFormat(key.Epoch, text, out _, EpochFormat);
            properties.AddUserProperty("epoch\0"u8, text[..17]);
            text.Clear();
            Utf8Formatter.TryFormat(key.Sequence, text, out int digits);
            properties.AddUserProperty("seq\0"u8, text[..(digits + 1)]);
        }
    }

    /// <summary>The library looks, too, but a byte or two too late: it would keep such a message as being in flight.
    /// </summary>
    private bool IsTooLarge(in PublishMessage message, in PacketSize size, int topicBytes)
    {
        if (_connection!.MostPacketBytes is not { } most)
        {
            return false;
        }

        long bytes = size.Whole(
            topicBytes, message.Payload.Length, message.Quality == QualityOfService.AtLeastOnce);
        if (bytes <= most)
        {
            return false;
        }

        _connection.Refusal = string.Create(
            CultureInfo.InvariantCulture, $"it is {bytes} bytes on the wire, and the broker takes {most} at most");
        return true;
    }

    /// <summary>A text as UTF-8 with a terminating zero; kept, because topics come again and again.</summary>
    private byte[] Text(string text)
    {
        if (_texts.TryGetValue(text, out byte[]? known))
        {
            return known;
        }

        byte[] bytes = Utf8(text);
        if (_texts.Count < MaxKnownTexts)
        {
            _texts.Add(text, bytes);
        }

        return bytes;
    }

    private MosquittoConnection Alive() => _connection is { IsAlive: true } alive
        ? alive
        : throw new TransportException(_connection?.Ending
            ?? $"{Target} is not connected. Call Connect first.");

    private void Close()
    {
        _connection?.Dispose();
        _connection = null;
        _flight.Reset();
    }

    private static byte[] Utf8(string text)
    {
        byte[] result = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, result);
        return result;
    }
}
