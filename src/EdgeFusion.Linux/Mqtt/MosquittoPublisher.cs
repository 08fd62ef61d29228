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

    private readonly BrokerOptions _options;
    private readonly EventDescriptor _wake;
    private readonly FlightWindow _flight;
    private readonly Dictionary<string, byte[]> _texts = new(StringComparer.Ordinal);
    private readonly (byte[] Name, byte[] Value)[] _userProperties;
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

    /// <summary>Whether the broker spoke MQTT 3.1.1 only: no properties, no replays.</summary>
    public bool IsOldProtocol => _isOld;

    /// <summary>Why the broker refused to let this client listen; null where it did not.</summary>
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

        var properties = new MosquittoProperties(Target);
        try
        {
            Describe(message, ref properties);
            ReadOnlySpan<byte> payload = message.Payload.Span;
            int code = LibMosquitto.Publish(
                connection.Handle, out int messageId, Text(message.Topic), payload.Length, payload,
                (int)message.Quality, message.Retain ? (byte)1 : (byte)0, properties.List);
            if (code != 0)
            {
                return connection.Judge(code);
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
        var connection = new MosquittoConnection(_options, _flight, _wake, _inbox)
        {
            IsOld = _isOld,
            Past = _past,
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
