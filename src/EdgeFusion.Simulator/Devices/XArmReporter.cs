using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using EdgeFusion.Time;

namespace EdgeFusion.Simulator.Devices;

/// <summary>An xArm's report port: 784 bytes at 200 Hz to whoever connects.</summary>
public sealed class XArmReporter : IDeviceSimulation, IDisposable
{
    private const int Length = 784;
    private const long Period = 5_000_000;
    private readonly TcpListener _listener;
    private readonly PipelineClock _clock;
    private readonly byte[] _report = new byte[Length];
    private Socket? _client;

    /// <summary>Listens on the loopback interface.</summary>
    /// <param name="clock">Time.</param>
    /// <param name="port">TCP port; 0 = any.</param>
    public XArmReporter(PipelineClock clock, int port = 0)
    {
        _clock = clock;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
    }

    /// <summary>TCP port.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Whether numbers have their low byte first; the length always has its high byte first.</summary>
    public bool LittleEndian { get; init; } = true;

    /// <inheritdoc/>
    public void Run(CancellationToken stopping)
    {
        Timestamp start = _clock.Now;
        long index = 0;
        while (!stopping.IsCancellationRequested)
        {
            if (_listener.Pending())
            {
                _client?.Dispose();
                _client = _listener.AcceptSocket();
            }

            for (; index * Period <= _clock.Now.NanosecondsSince(start); index++)
            {
                Send(index);
            }

            stopping.WaitHandle.WaitOne(2);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client?.Dispose();
        _listener.Dispose();
    }

    private void Send(long index)
    {
        if (_client is null)
        {
            return;
        }

        double seconds = index * Period * 1e-9;
        BinaryPrimitives.WriteUInt32BigEndian(_report, Length);
        ulong time = (ulong)(1_000_000 + (index * (Period / 1_000)));
        BinaryPrimitives.WriteUInt64BigEndian(
            _report.AsSpan(4), LittleEndian ? BinaryPrimitives.ReverseEndianness(time) : time);
        for (int i = 0; i < 7; i++)
        {
            Put(116 + (4 * i), DeviceSignal.Position(i, seconds));
            Put(144 + (4 * i), DeviceSignal.Velocity(i, seconds));
            Put(228 + (4 * i), 1);
        }

        for (int i = 0; i < 6; i++)
        {
            Put(688 + (4 * i), DeviceSignal.Wrench(i, seconds));
            Put(712 + (4 * i), DeviceSignal.Wrench(i, seconds));
        }

        try
        {
            _client.Send(_report);
        }
        catch (SocketException)
        {
            _client.Dispose();
            _client = null;
        }
    }

    private void Put(int at, double value)
    {
        if (LittleEndian)
        {
            BinaryPrimitives.WriteSingleLittleEndian(_report.AsSpan(at), (float)value);
        }
        else
        {
            BinaryPrimitives.WriteSingleBigEndian(_report.AsSpan(at), (float)value);
        }
    }
}
