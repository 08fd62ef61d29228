using System.Runtime.InteropServices;
using EdgeFusion.Sensing.Channels;
using EdgeFusion.Time;

namespace EdgeFusion.Sensing.Devices.Datagrams;

/// <summary>
/// Force and torque over RDT. Losses are told by the datagram's number, life of the sensor by its measurement's number,
/// which is also the clock.
/// </summary>
/// <remarks>
/// A box serves <b>one</b> RDT client at a time: a force controller and this sensor cannot both stream. Hot path:
/// allocates nothing per record.
/// </remarks>
public sealed class RdtSensor : DeviceSensor
{
    private const int BadInARow = 10;
    private const int StartAttempts = 10;

    /// <summary>A byte more than a record, so that a longer datagram shows.</summary>
    private const int BufferBytes = RdtRecord.Length + 1;
    private const uint OnRobotBias = 255;
    private static readonly TimeSpan StartPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ReceiveTimeout = TimeSpan.FromMilliseconds(100);

    private readonly RdtOptions _options;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private bool _biased;

    /// <summary>Creates a sensor; nothing is sent before it captures.</summary>
    public RdtSensor(string name, RdtOptions options, string? modality = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        Info = Layouts.WrenchOf(name, modality, options.RateHz / options.Average);
    }

    /// <inheritdoc/>
    public override SensorInfo Info { get; }

    private protected override void Run(SampleSink sink, CancellationToken stopping)
    {
        RdtCalibration calibration = RdtCalibration.For(_options, stopping);
        using UdpChannel channel = UdpChannel.Connect(_options.Host, _options.Port, stopping);
        var stream = new RdtStream(_options, calibration, Health, _buffer);
        Configure(channel);
        try
        {
            int count = Start(channel, stopping);
            while (!stopping.IsCancellationRequested)
            {
                Take(stream, count, sink, channel.Name);
                count = channel.Receive(_buffer, ReceiveTimeout);
                if (count < 0 && !stopping.IsCancellationRequested)
                {
                    throw new SensorException(
                        $"{channel.Name}: the force sensor has been silent for 0.1 s. Is the box on, and has no other "
                        + "program started its own stream? One client at a time is served.");
                }
            }
        }
        finally
        {
            Send(channel, RdtRecord.Stop, 0);
        }
    }

    private void Take(RdtStream stream, int count, SampleSink sink, string name)
    {
        if (count != RdtRecord.Length)
        {
            Health.Frames.CountBad();
            if (++stream.BadInARow >= BadInARow)
            {
                throw new SensorException(
                    $"{name}: {BadInARow} datagrams in a row are no RDT records of {RdtRecord.Length} bytes. Another "
                    + "device answers there.");
            }

            return;
        }

        stream.BadInARow = 0;
        Health.Frames.CountFrame();
        Timestamp arrival = sink.Clock.Now;
        if (stream.TryTake(arrival, MemoryMarshal.Cast<byte, float>(sink.Claim()), out Timestamp capture,
            out SampleFlags flags))
        {
            sink.Commit(capture, arrival, Info.Layout.MaxSampleBytes, flags);
        }
    }

    private void Configure(UdpChannel channel)
    {
        if (_options.OnRobot)
        {
            Send(channel, RdtRecord.SetPeriod, (uint)Math.Max(1, Math.Round(1_000 / _options.RateHz)));
            Send(channel, RdtRecord.SetFilter, (uint)_options.Filter);
        }

        if (_options.Bias && !_biased)
        {
            // Once only: a load that hangs on the tool at a reconnect must not become the zero.
            Send(channel, RdtRecord.Bias, _options.OnRobot ? OnRobotBias : 0);
            _biased = true;
        }
    }

    /// <summary>Asks for the stream until it comes: the request may get lost.</summary>
    private int Start(UdpChannel channel, CancellationToken stopping)
    {
        for (int i = 0; i < StartAttempts && !stopping.IsCancellationRequested; i++)
        {
            Send(channel, RdtRecord.StartRealTime, 0);
            int count = channel.Receive(_buffer, StartPause);
            if (count >= 0)
            {
                return count;
            }
        }

        stopping.ThrowIfCancellationRequested();
        throw new SensorException(
            $"{channel.Name}: no RDT stream after {StartAttempts} requests. Is RDT switched on in the box, and does no "
            + "other program use it? One client at a time is served.");
    }

    private static void Send(UdpChannel channel, ushort command, uint count)
    {
        Span<byte> request = stackalloc byte[RdtRecord.RequestLength];
        RdtRecord.WriteRequest(request, command, count);
        channel.Send(request);
    }
}
