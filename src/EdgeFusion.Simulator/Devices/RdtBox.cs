using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeFusion.Time;

namespace EdgeFusion.Simulator.Devices;

/// <summary>
/// A force sensor's network box: RDT over UDP, its calibration as netftapi2.xml over HTTP. One client at a time.
/// </summary>
public sealed class RdtBox : IDeviceSimulation, IDisposable
{
    private const int RecordBytes = 36;
    private const double InternalHz = 7_000;
    private readonly Socket _socket;
    private readonly TcpListener _web;
    private readonly PipelineClock _clock;
    private readonly byte[] _record = new byte[RecordBytes + 1];
    private readonly byte[] _request = new byte[64];
    private readonly SocketAddress _from = new(AddressFamily.InterNetwork);
    private readonly SocketAddress _client = new(AddressFamily.InterNetwork);
    private readonly List<string> _requests = [];
    private bool _streaming;
    private uint _sequence;

    /// <summary>Opens its ports on the loopback interface.</summary>
    /// <param name="clock">Time.</param>
    /// <param name="rateHz">Records per second.</param>
    /// <param name="port">UDP port; 0 = any.</param>
    /// <param name="httpPort">HTTP port; 0 = any.</param>
    public RdtBox(PipelineClock clock, double rateHz, int port = 0, int httpPort = 0)
    {
        _clock = clock;
        RateHz = rateHz;
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _web = new TcpListener(IPAddress.Loopback, httpPort);
        _web.Start();
    }

    /// <summary>Records per second.</summary>
    public double RateHz { get; }

    /// <summary>UDP port.</summary>
    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <summary>HTTP port.</summary>
    public int HttpPort => ((IPEndPoint)_web.LocalEndpoint).Port;

    /// <summary>Counts per force unit; the unit is lbf, as boxes sold in America have it.</summary>
    public double CountsPerForce { get; set; } = 1_000_000;

    /// <summary>Unit of the force.</summary>
    public string ForceUnit { get; set; } = "N";

    /// <summary>Start requests that get lost: a fault.</summary>
    public int LoseStarts { get; set; }

    /// <summary>What to do with a record before it is sent; its result says how often: a fault. Null = once.</summary>
    public Func<uint, byte[], int>? Tamper { get; set; }

    /// <summary>Number of the next datagram, to begin before a wrap.</summary>
    public uint FirstSequence { get; set; }

    /// <summary>The sensor's own counter stands still: a fault.</summary>
    public bool Stalled { get; set; }

    /// <summary>Records sent.</summary>
    public long Sent { get; private set; }

    /// <summary>All requests received, as hex.</summary>
    public string[] Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    /// <inheritdoc/>
    public void Run(CancellationToken stopping)
    {
        Timestamp start = _clock.Now;
        long period = (long)(Timestamp.NanosecondsPerSecond / RateHz);
        long index = 0;
        while (!stopping.IsCancellationRequested)
        {
            ServeCalibration();
            TakeRequests();
            long now = _clock.Now.NanosecondsSince(start);
            for (; index * period <= now; index++)
            {
                if (_streaming)
                {
                    Send(index);
                }
            }

            _socket.Poll(1_000, SelectMode.SelectRead);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
        _web.Dispose();
    }

    private void TakeRequests()
    {
        while (_socket.Available > 0)
        {
            int count = _socket.ReceiveFrom(_request, SocketFlags.None, _from);
            lock (_requests)
            {
                _requests.Add(Convert.ToHexString(_request, 0, count));
            }

            if (count != 8 || BinaryPrimitives.ReadUInt16BigEndian(_request) != 0x1234)
            {
                continue;
            }

            ushort command = BinaryPrimitives.ReadUInt16BigEndian(_request.AsSpan(2));
            if (command == 2 && LoseStarts-- <= 0)
            {
                _from.Buffer.Span.CopyTo(_client.Buffer.Span);
                _client.Size = _from.Size;
                _sequence = FirstSequence;
                _streaming = true;
            }
            else if (command == 0)
            {
                _streaming = false;
            }
        }
    }

    private void Send(long index)
    {
        double seconds = index / RateHz;
        Span<byte> record = _record;
        BinaryPrimitives.WriteUInt32BigEndian(record, _sequence);
        uint measurement = Stalled ? 1 : (uint)(long)(index * InternalHz / RateHz);
        BinaryPrimitives.WriteUInt32BigEndian(record[4..], measurement);
        BinaryPrimitives.WriteUInt32BigEndian(record[8..], 0);
        for (int i = 0; i < 6; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(
                record[(12 + (4 * i))..], (int)Math.Round(DeviceSignal.Wrench(i, seconds) * 1e6));
        }

        int times = Tamper?.Invoke(_sequence, _record) ?? 1;
        for (int i = 0; i < times; i++)
        {
            _socket.SendTo(_record.AsSpan(0, RecordBytes), SocketFlags.None, _client);
            Sent++;
        }

        _sequence++;
    }

    private void ServeCalibration()
    {
        while (_web.Pending())
        {
            using Socket client = _web.AcceptSocket();
            client.ReceiveTimeout = 1_000;
            _ = client.Receive(new byte[4_096]);
            string xml = string.Create(CultureInfo.InvariantCulture, $"""
                <?xml version="1.0"?><netft><prodname>Simulated box</prodname><cfgcpf>{CountsPerForce}</cfgcpf>
                <cfgcpt>1000000</cfgcpt><scfgfu>{ForceUnit}</scfgfu><scfgtu>Nm</scfgtu></netft>
                """);
            string head = "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\n";
            client.Send(Encoding.ASCII.GetBytes($"{head}Content-Length: {xml.Length}\r\n\r\n{xml}"));
            client.Shutdown(SocketShutdown.Send);
        }
    }
}
