using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EdgeFusion.Linux.Interop.Libc;
using EdgeFusion.Linux.Interop.Mosquitto;
using EdgeFusion.Publishing;

namespace EdgeFusion.Linux.Mqtt;

/// <summary>One connection to a broker: a client of libmosquitto, driven by poll(2) on the caller's thread.</summary>
/// <remarks>
/// libmosquitto's own loop waits in select(2), which fails for descriptors from 1024 on and cannot be woken by us; so
/// the socket is polled here, together with the wake flag, and the library is told what is ready.
/// </remarks>
internal sealed unsafe class MosquittoConnection : IDisposable
{
    private const int Protocol5 = 5;
    private const int Protocol311 = 4;

    /// <summary>The library looks after keep-alive in whole seconds and must be called that often.</summary>
    private static readonly TimeSpan LongestPoll = TimeSpan.FromSeconds(1);

    private readonly BrokerOptions _options;
    private readonly FlightWindow _flight;
    private readonly EventDescriptor _wake;
    private readonly MosquittoInbox? _inbox;
    private GCHandle _self;
    private int? _greeting;
    private int? _farewell;
    private int _unanswered;
    private int? _refused;

    public MosquittoConnection(
        BrokerOptions options, FlightWindow flight, EventDescriptor wake, MosquittoInbox? inbox)
    {
        _inbox = inbox;
        _options = options;
        _flight = flight;
        _wake = wake;
        _self = GCHandle.Alloc(this);
        Handle = LibMosquitto.New(options.ClientId, cleanStart: 1, GCHandle.ToIntPtr(_self));
        if (Handle.IsInvalid)
        {
            _self.Free();
            throw new TransportException($"Could not create a client for {options.Target}: out of memory.");
        }
    }

    public MosquittoHandle Handle { get; }

    /// <summary>What is known of the connections before this one. Set before <see cref="Open"/>.</summary>
    public required ShortConnections Past { get; init; }

    /// <summary>Whether to speak MQTT 3.1.1, which has no properties. Set before <see cref="Configure"/>.</summary>
    public bool IsOld { get; init; }

    /// <summary>Whether the broker has said that it does not speak MQTT 5.</summary>
    public bool IsTooNew => !IsOld && _greeting == MqttReason.UnsupportedProtocol;

    /// <summary>Whether the broker has taken the connection and it stands.</summary>
    public bool IsAlive { get; private set; }

    /// <summary>Why it has ended; null while it has not.</summary>
    public string? Ending { get; private set; }

    /// <summary>Why the last message that was refused was refused; null where none was.</summary>
    public string? Refusal
    {
        get => _refused is { } reason ? MosquittoFault.DescribeReason(reason) : field;
        set
        {
            _refused = null;
            field = value;
        }
    }

    /// <summary>Largest packet that the broker takes; null where it has not named any.</summary>
    public uint? MostPacketBytes { get; private set; }

    /// <summary>Numbers that the broker knows topics by.</summary>
    public required TopicAliases Aliases { get; init; }

    /// <summary>Whether something written before has not left yet.</summary>
    public bool WantsToWrite => LibMosquitto.WantWrite(Handle) != 0;

    /// <summary>Sets everything that must be set before <see cref="Open"/>, the last will excepted.</summary>
    public void Configure()
    {
        Must(LibMosquitto.IntOption(Handle, MosquittoOption.ProtocolVersion, IsOld ? Protocol311 : Protocol5),
            "choose the version for");
        Must(LibMosquitto.IntOption(Handle, MosquittoOption.SendMaximum, _options.SendMaximum), "set limits for");
        Must(LibMosquitto.IntOption(Handle, MosquittoOption.TcpNoDelay, 1), "set TCP_NODELAY for");
        LibMosquitto.OnConnect(Handle, &OnConnect);
        LibMosquitto.OnDisconnect(Handle, &OnDisconnect);
        LibMosquitto.OnPublish(Handle, &OnPublish);
        LibMosquitto.OnMessage(Handle, &OnMessage);
        LibMosquitto.OnSubscribe(Handle, &OnSubscribe);
        MosquittoLogin.Configure(Handle, _options);
    }

    /// <summary>Connects and waits for the broker's answer.</summary>
    public void Open(string host, Deadline deadline, CancellationToken stopping)
    {
        if (!IsOld)
        {
            LimitPackets();
        }

        int code = LibMosquitto.ConnectAsync(Handle, host, _options.Port, _options.KeepAliveSeconds, null);
        MosquittoFault.ThrowIfFailed(code, _options.Target, "connect to");
        while (_greeting is null)
        {
            stopping.ThrowIfCancellationRequested();
            if (deadline.IsOver)
            {
                throw new TransportException(
                    $"Could not connect to {_options.Target}: no answer in time. Check that the broker runs there, "
                    + "that no firewall drops the connection, and that plain and TLS ports are not mixed up.");
            }

            Turn(deadline.Left, "connect to");
        }

        if (_greeting is { } reason and not 0)
        {
            throw new TransportException(
                $"{_options.Target} refused the connection: {MosquittoFault.DescribeReason(reason)}. Check the user "
                + "name, the password file, the client identifier and the broker's access rules.");
        }

        IsAlive = true;
        Past.Opened();
        _unanswered = _inbox?.Subscribe(Handle, _options.Target, IsOld) ?? 0;
        while (_unanswered > 0 && !deadline.IsOver)
        {
            stopping.ThrowIfCancellationRequested();
            Turn(deadline.Left, "subscribe at");
        }
    }

    /// <summary>Why the broker refused a subscription; null where it did not.</summary>
    public string? Unsubscribed { get; private set; }

    /// <summary>Waits for the socket, the wake flag or the time-out, and lets the library work once.</summary>
    public void Pump(TimeSpan wait)
    {
        try
        {
            Turn(wait, "stay connected to");
        }
        catch (TransportException fault)
        {
            End(fault.Message);
            throw;
        }
    }

    /// <summary>What a failing publish means: the message cannot be sent, or (throws) the connection is gone.</summary>
    public HandOver Judge(int code)
    {
        switch ((MosquittoCode)code)
        {
            case MosquittoCode.Invalid:
            case MosquittoCode.PayloadSize:
            case MosquittoCode.MalformedUtf8:
            case MosquittoCode.QosNotSupported:
            case MosquittoCode.OversizePacket:
            case MosquittoCode.RetainNotSupported:
                Refusal = MosquittoFault.Describe(code, 0);
                return HandOver.Refused;
            default:
                string why = MosquittoFault.Describe(code, Marshal.GetLastPInvokeError());
                End($"The connection to {_options.Target} broke off: {why}. {Hint()}");
                throw new TransportException(Ending!);
        }
    }

    /// <summary>Tells the broker that this is a clean end; does not wait.</summary>
    public void SayGoodbye()
    {
        if (IsAlive)
        {
            // A failure means that the connection is gone already, which is as good.
            _ = LibMosquitto.Disconnect(Handle, 0, 0);
            IsAlive = false;
        }
    }

    public void Dispose()
    {
        IsAlive = false;
        Handle.Dispose();
        if (_self.IsAllocated)
        {
            _self.Free();
        }
    }

    /// <summary>Asks the broker to send nothing larger than the inbox takes.</summary>
    private void LimitPackets()
    {
        var properties = new MosquittoProperties(_options.Target);
        try
        {
            properties.AddInt32(MosquittoProperty.MaximumPacketSize, BrokerOptions.MaxInboundBytes);
            _ = LibMosquitto.KeepConnectProperties(
                Handle, 0, _options.Port, _options.KeepAliveSeconds, 0, properties.List);
        }
        finally
        {
            properties.Dispose();
        }
    }

    private void Must(int code, string attempt) => MosquittoFault.ThrowIfFailed(code, _options.Target, attempt);

    private void Turn(TimeSpan wait, string attempt)
    {
        int socket = LibMosquitto.Socket(Handle);
        if (socket < 0)
        {
            ThrowEnded(attempt);
        }

        short events = WantsToWrite ? (short)(PollDescriptor.In | PollDescriptor.Out) : PollDescriptor.In;
        Span<PollDescriptor> both = [new(socket, events), new(_wake.Descriptor, PollDescriptor.In)];
        PollDescriptor.Wait(both, wait < LongestPoll ? wait : LongestPoll);
        if (both[1].Returned != 0)
        {
            _wake.Lower();
        }

        // A failing socket is read, which gives the reason.
        const short Readable = PollDescriptor.In | PollDescriptor.Error | PollDescriptor.HangUp;
        int packets = _options.SendMaximum;
        Span<PollDescriptor> one = both[..1];
        while (packets-- > 0 && (one[0].Returned & Readable) != 0)
        {
            Continue(LibMosquitto.LoopRead(Handle, 1), attempt);
            one[0].Returned = 0;
            PollDescriptor.Wait(one, TimeSpan.Zero);
        }

        if (WantsToWrite)
        {
            Continue(LibMosquitto.LoopWrite(Handle, 1), attempt);
        }

        Continue(LibMosquitto.LoopMisc(Handle), attempt);
        if (LibMosquitto.Socket(Handle) < 0)
        {
            ThrowEnded(attempt);
        }
    }

    private void Continue(int code, string attempt)
    {
        // A refused connection is also reported as an error of the loop; the reason given is worth more.
        if (code > 0 && _greeting is null or 0)
        {
            bool closed = IsAlive && (MosquittoCode)code == MosquittoCode.ConnectionLost;
            if (closed || _farewell is >= MqttReason.FirstFailure)
            {
                ThrowEnded(attempt);
            }

            MosquittoFault.ThrowIfFailed(code, _options.Target, attempt);
        }
    }

    private void ThrowEnded(string attempt)
    {
        if (_greeting is { } refused and not 0)
        {
            // Open tells the reason.
            return;
        }

        string why = _farewell is { } reason and >= MqttReason.FirstFailure
            ? MosquittoFault.DescribeReason(reason)
            : "the broker closed the connection";
        throw new TransportException($"Could not {attempt} {_options.Target}: {why}. {Hint()}");
    }

    private string Hint()
    {
        if (_farewell == MqttReason.SessionTakenOver)
        {
            return $"Another client uses the identifier '{_options.ClientId}'; give each node a name of its own.";
        }

        if (_farewell is >= MqttReason.FirstFailure)
        {
            Past.Reset();
        }
        else if (IsAlive)
        {
            Past.Closed();
        }

        return Past.AreSuspicious
            ? $"It was closed soon after each of the last connections: most likely another client uses the identifier "
                + $"'{_options.ClientId}' too; give each node a name of its own."
            : "It is tried again.";
    }

    private void End(string reason)
    {
        IsAlive = false;
        Ending ??= reason;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnConnect(nint mosquitto, nint self, int reason, int flags, nint properties)
    {
        MosquittoConnection connection = From(self);
        connection._greeting = reason;
        ushort receiveMaximum = ushort.MaxValue;
        LibMosquitto.PropertyReadInt16(properties, MosquittoProperty.ReceiveMaximum, ref receiveMaximum, 0);
        connection._flight.Lower(receiveMaximum);
        ushort aliases = 0;
        LibMosquitto.PropertyReadInt16(properties, MosquittoProperty.TopicAliasMaximum, ref aliases, 0);
        connection.Aliases.Reset(aliases);
        uint most = 0;
        LibMosquitto.PropertyReadInt32(properties, MosquittoProperty.MaximumPacketSize, ref most, 0);
        connection.MostPacketBytes = most > 0 ? most : null;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnDisconnect(nint mosquitto, nint self, int reason, nint properties) =>
        From(self)._farewell ??= reason;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnPublish(nint mosquitto, nint self, int messageId, int reason, nint properties)
    {
        MosquittoConnection connection = From(self);
        if (reason >= MqttReason.FirstFailure)
        {
            connection._refused = reason;
        }

        connection._flight.Answer(messageId, reason switch
        {
            >= MqttReason.FirstFailure => PublishOutcome.Refused,
            MqttReason.NoMatchingSubscribers => PublishOutcome.Unheard,
            _ => PublishOutcome.Accepted,
        });
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnMessage(nint mosquitto, nint self, MosquittoMessage* message, nint properties) =>
        From(self)._inbox?.Take(message, properties);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnSubscribe(nint mosquitto, nint self, int messageId, int count, int* granted, nint properties)
    {
        MosquittoConnection connection = From(self);
        connection._unanswered--;
        if (count > 0 && *granted >= MqttReason.FirstFailure)
        {
            connection.Unsubscribed ??= MosquittoFault.DescribeReason(*granted);
        }
    }

    private static MosquittoConnection From(nint self) => (MosquittoConnection)GCHandle.FromIntPtr(self).Target!;
}
