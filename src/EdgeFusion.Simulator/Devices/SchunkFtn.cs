using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using EdgeFusion.Time;

namespace EdgeFusion.Simulator.Devices;

/// <summary>Schunk FTN: commands over TCP, measurements over UDP to the host that asked.</summary>
public sealed class SchunkFtn : IDeviceSimulation, IDisposable
{
    private const int PacketBytes = 35;
    private readonly TcpListener _control;
    private readonly Socket _data;
    private readonly PipelineClock _clock;
    private readonly int _dataPort;
    private readonly List<byte> _commands = [];
    private readonly byte[] _packet = new byte[PacketBytes];
    private Socket? _client;
    private bool _streaming;
    private ushort _counter;

    /// <summary>Opens its ports on the loopback interface.</summary>
    /// <param name="clock">Time.</param>
    /// <param name="dataPort">UDP port of the host that it sends to.</param>
    /// <param name="controlPort">TCP port; 0 = any.</param>
    public SchunkFtn(PipelineClock clock, int dataPort, int controlPort = 0)
    {
        _clock = clock;
        _dataPort = dataPort;
        _control = new TcpListener(IPAddress.Loopback, controlPort);
        _control.Start();
        _data = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        _data.Bind(new IPEndPoint(IPAddress.Loopback, 0));
    }

    /// <summary>TCP port of its control.</summary>
    public int ControlPort => ((IPEndPoint)_control.LocalEndpoint).Port;

    /// <summary>Drops the control connection at the next turn: a fault.</summary>
    public bool DropControl { get; set; }

    /// <summary>Sends nothing although it streams: a fault.</summary>
    public bool Muted { get; set; }

    /// <summary>Error that commands are answered with.</summary>
    public byte Error { get; set; }

    /// <summary>Commands received.</summary>
    public byte[] Commands
    {
        get
        {
            lock (_commands)
            {
                return [.. _commands];
            }
        }
    }

    /// <inheritdoc/>
    public void Run(CancellationToken stopping)
    {
        Timestamp start = _clock.Now;
        long index = 0;
        while (!stopping.IsCancellationRequested)
        {
            if (_control.Pending())
            {
                _client?.Dispose();
                _client = _control.AcceptSocket();
            }

            TakeCommand();
            for (; index * 1_000_000 <= _clock.Now.NanosecondsSince(start); index++)
            {
                if (_streaming && !Muted)
                {
                    Send(index * 1e-3);
                }
            }

            stopping.WaitHandle.WaitOne(1);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client?.Dispose();
        _control.Dispose();
        _data.Dispose();
    }

    private void TakeCommand()
    {
        if (DropControl)
        {
            DropControl = false;
            _client?.Dispose();
            _client = null;
        }

        if (_client is null || _client.Available < 7)
        {
            return;
        }

        var request = new byte[7];
        _client.Receive(request);
        lock (_commands)
        {
            _commands.Add(request[6]);
        }

        _streaming = request[6] == 0x40 || (request[6] != 0x41 && _streaming);
        _client.Send([0xFF, 0xFF, request[2], request[3], 2, 0, request[6], Error]);
    }

    private void Send(double seconds)
    {
        Span<byte> packet = _packet;
        ReadOnlySpan<byte> head = [0xFF, 0xFF, 0, 0, 29, 0, 5, 1, 0, 0, 0];
        head.CopyTo(packet);
        BinaryPrimitives.WriteUInt16LittleEndian(packet[2..], _counter++);
        for (int i = 0; i < 6; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(packet[(11 + (4 * i))..], (float)DeviceSignal.Wrench(i, seconds));
        }

        _data.SendTo(packet, new IPEndPoint(IPAddress.Loopback, _dataPort));
    }
}
