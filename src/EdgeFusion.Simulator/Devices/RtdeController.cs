using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeFusion.Time;

namespace EdgeFusion.Simulator.Devices;

/// <summary>A Universal Robots controller's RTDE server, as far as reading goes: one client after the other.</summary>
public sealed class RtdeController : IDeviceSimulation, IDisposable
{
    private static readonly Dictionary<string, string> Variables = new()
    {
        ["timestamp"] = "DOUBLE",
        ["actual_q"] = "VECTOR6D",
        ["actual_qd"] = "VECTOR6D",
        ["actual_current"] = "VECTOR6D",
        ["target_moment"] = "VECTOR6D",
        ["actual_TCP_force"] = "VECTOR6D",
        ["actual_TCP_pose"] = "VECTOR6D",
        ["robot_mode"] = "INT32",
        ["safety_mode"] = "INT32",
    };

    private readonly TcpListener _listener;
    private readonly PipelineClock _clock;
    private readonly List<byte> _received = [];
    private Socket? _client;
    private string[] _recipe = [];
    private double _frequency = 500;
    private bool _started;
    private long _index;
    private Timestamp _startedAt;
    private byte[] _pending = [];

    /// <summary>Listens on the loopback interface.</summary>
    /// <param name="clock">Time.</param>
    /// <param name="port">TCP port; 0 = any.</param>
    public RtdeController(PipelineClock clock, int port = 0)
    {
        _clock = clock;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
    }

    /// <summary>TCP port.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Major version of the controller's software.</summary>
    public uint Major { get; set; } = 5;

    /// <summary>A variable it does not know; null for none.</summary>
    public string? Unknown { get; set; }

    /// <summary>Bytes per send, to split packets at every place; 0 = whole packets.</summary>
    public int ChunkBytes { get; set; }

    /// <summary>Every so many packets a text message comes between; 0 = none.</summary>
    public int MessageEvery { get; set; }

    /// <summary>Keeps the connection but sends nothing: half open.</summary>
    public bool Silent { get; set; }

    /// <summary>Drops the client at the next turn.</summary>
    public bool DropClient { get; set; }

    /// <summary>Clients accepted.</summary>
    public int Clients { get; private set; }

    /// <summary>Data packets sent.</summary>
    public long Sent { get; private set; }

    /// <summary>Every byte that any client has sent.</summary>
    public byte[] Received
    {
        get
        {
            lock (_received)
            {
                return [.. _received];
            }
        }
    }

    /// <inheritdoc/>
    public void Run(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            if (_listener.Pending())
            {
                Accept();
            }

            try
            {
                Serve();
            }
            catch (SocketException)
            {
                Hang();
            }

            stopping.WaitHandle.WaitOne(1);
        }

        Hang();
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Accept()
    {
        Hang();
        _client = _listener.AcceptSocket();
        _client.NoDelay = true;
        _client.SendTimeout = 1_000;
        Clients++;
    }

    private void Hang()
    {
        _client?.Dispose();
        _client = null;
        _started = false;
        _pending = [];
    }

    private void Serve()
    {
        if (_client is null)
        {
            return;
        }

        if (DropClient)
        {
            DropClient = false;
            Hang();
            return;
        }

        if (_client.Available > 0)
        {
            var chunk = new byte[_client.Available];
            int count = _client.Receive(chunk);
            lock (_received)
            {
                _received.AddRange(chunk[..count]);
            }

            _pending = [.. _pending, .. chunk[..count]];
            while (_pending.Length >= 3 && BinaryPrimitives.ReadUInt16BigEndian(_pending) is var size
                && size >= 3 && _pending.Length >= size)
            {
                Answer(_pending.AsSpan(0, size));
                _pending = _pending[size..];
            }
        }

        for (; _started && !Silent && _index / _frequency <= (_clock.Now - _startedAt).TotalSeconds; _index++)
        {
            SendData();
        }
    }

    private void Answer(ReadOnlySpan<byte> packet)
    {
        switch ((char)packet[2])
        {
            case 'V':
                Send('V', [1]);
                break;
            case 'v':
                var version = new byte[16];
                BinaryPrimitives.WriteUInt32BigEndian(version, Major);
                Send('v', version);
                break;
            case 'O':
                _frequency = BinaryPrimitives.ReadDoubleBigEndian(packet[3..]);
                _recipe = Encoding.ASCII.GetString(packet[11..]).Split(',');
                IEnumerable<string> types = _recipe.Select(
                    name => name == Unknown ? "NOT_FOUND" : Variables.GetValueOrDefault(name, "NOT_FOUND"));
                Send('O', [1, .. Encoding.ASCII.GetBytes(string.Join(',', types))]);
                break;
            case 'S':
                Send('S', [1]);
                _started = true;
                _startedAt = _clock.Now;
                _index = 0;
                break;
            default:
                break;
        }
    }

    private void SendData()
    {
        double seconds = _index / _frequency;
        var payload = new List<byte> { 1 };
        foreach (string name in _recipe)
        {
            int values = Variables[name] switch { "DOUBLE" => 1, "VECTOR6D" => 6, _ => 0 };
            for (int i = 0; i < values; i++)
            {
                double value = name switch
                {
                    "timestamp" => 100 + seconds,
                    "actual_q" => DeviceSignal.Position(i, seconds),
                    "actual_qd" => DeviceSignal.Velocity(i, seconds),
                    _ => DeviceSignal.Wrench(i, seconds),
                };
                var bytes = new byte[sizeof(double)];
                BinaryPrimitives.WriteDoubleBigEndian(bytes, value);
                payload.AddRange(bytes);
            }

            if (values == 0)
            {
                payload.AddRange([0, 0, 0, 1]);
            }
        }

        if (MessageEvery > 0 && _index % MessageEvery == 0)
        {
            Send('M', [4, .. "test"u8, 4, .. "test"u8, 2]);
        }

        Send('U', [.. payload]);
        Sent++;
    }

    private void Send(char type, byte[] payload)
    {
        var packet = new byte[3 + payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(packet, (ushort)packet.Length);
        packet[2] = (byte)type;
        payload.CopyTo(packet, 3);
        int step = ChunkBytes > 0 ? ChunkBytes : packet.Length;
        for (int at = 0; at < packet.Length; at += step)
        {
            _client!.Send(packet.AsSpan(at, Math.Min(step, packet.Length - at)));
        }
    }
}
