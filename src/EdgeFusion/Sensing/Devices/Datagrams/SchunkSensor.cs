using System.Runtime.InteropServices;
using EdgeFusion.Sensing.Channels;
using EdgeFusion.Sensing.Framing;
using EdgeFusion.Time;

namespace EdgeFusion.Sensing.Devices.Datagrams;

/// <summary>
/// Schunk FTN: started over TCP, measurements over UDP at 1 kHz. A control connection that breaks while measurements
/// still come does no harm.
/// </summary>
/// <remarks>Hot path: allocates nothing per packet.</remarks>
public sealed class SchunkSensor : DeviceSensor
{
    private const double RateHz = 1_000;
    private const int BadInARow = 10;
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReceiveTimeout = TimeSpan.FromMilliseconds(100);

    private readonly SchunkOptions _options;
    private readonly byte[] _buffer = new byte[SchunkPackets.DataLength + 1];
    private ushort _commandCounter;
    private bool _tared;

    /// <summary>Creates a sensor; nothing is sent before it captures.</summary>
    public SchunkSensor(string name, SchunkOptions options, string? modality = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        Info = Layouts.WrenchOf(name, modality, RateHz);
    }

    /// <inheritdoc/>
    public override SensorInfo Info { get; }

    private protected override void Run(SampleSink sink, CancellationToken stopping)
    {
        // The port first: the sensor pushes at once.
        using UdpChannel data = UdpChannel.Listen(_options.DataPort, _options.Host, stopping);
        using IByteChannel control = new TcpEndpoint(_options.Host, _options.ControlPort).Open(stopping);
        _commandCounter = 0;
        Command(control, SchunkPackets.StreamOn, sink.Clock, stopping);
        if (_options.Tare && !_tared)
        {
            Command(control, SchunkPackets.Tare, sink.Clock, stopping);
            _tared = true;
        }

        try
        {
            Receive(data, sink, stopping);
        }
        finally
        {
            TryStop(control);
        }
    }

    private void Receive(UdpChannel data, SampleSink sink, CancellationToken stopping)
    {
        var sequence = new SequenceCounter(16);
        var clock = new DeviceClock(RateHz);
        int bad = 0;
        while (!stopping.IsCancellationRequested)
        {
            int count = data.Receive(_buffer, ReceiveTimeout);
            if (count < 0)
            {
                throw new SensorException(
                    $"{data.Name}: the force sensor has been silent for 0.1 s. Does a firewall hold UDP back, and is "
                    + "its own target address this machine?");
            }

            if (!SchunkPackets.IsData(_buffer.AsSpan(0, count)))
            {
                Health.Frames.CountBad();
                bad++;
                if (bad >= BadInARow)
                {
                    throw new SensorException(
                        $"{data.Name}: {BadInARow} datagrams in a row are no Schunk FTN packets.");
                }

                continue;
            }

            bad = 0;
            Health.Frames.CountFrame();
            Take(sequence, clock, sink);
        }
    }

    private void Take(SequenceCounter sequence, DeviceClock clock, SampleSink sink)
    {
        ReadOnlySpan<byte> packet = _buffer.AsSpan(0, SchunkPackets.DataLength);
        Timestamp arrival = sink.Clock.Now;
        if (!sequence.TryTake(SchunkPackets.Counter(packet), out long lost, out bool restarted))
        {
            Health.CountDuplicate();
            return;
        }

        if (lost > 0)
        {
            Health.CountLost(lost);
        }

        Timestamp capture = clock.Map(sequence.Position, arrival);
        Health.TakeClock(clock.DriftPpm, clock.ResidualNanoseconds);
        if (!SchunkPackets.IsUsable(packet))
        {
            Health.CountInvalid();
            return;
        }

        SchunkPackets.Read(packet, MemoryMarshal.Cast<byte, float>(sink.Claim()));
        SampleFlags flags = (lost > 0 || restarted ? SampleFlags.Gap : SampleFlags.None)
            | (SchunkPackets.IsOutOfRange(packet) ? SampleFlags.Clipped : SampleFlags.None);
        sink.Commit(capture, arrival, Info.Layout.MaxSampleBytes, flags);
    }

    private void Command(IByteChannel control, byte command, PipelineClock clock, CancellationToken stopping)
    {
        Span<byte> packet = stackalloc byte[SchunkPackets.HeaderLength + 1];
        SchunkPackets.WriteCommand(packet, _commandCounter++, command);
        control.Write(packet);
        var scanner = new FrameScanner(SchunkPackets.Answer, new FrameCounters());
        var link = new StreamLink(control, scanner, clock, stopping);
        while (link.TryReceive(AnswerPatience, out ReadOnlySpan<byte> answer))
        {
            if (answer[SchunkPackets.HeaderLength] != command)
            {
                continue;
            }

            byte error = answer.Length > SchunkPackets.HeaderLength + 1 ? answer[SchunkPackets.HeaderLength + 1]
                : (byte)0;
            if (error != 0)
            {
                throw new SensorException(
                    $"{control.Name}: the force sensor refuses command 0x{command:X2} with error {error}.");
            }

            return;
        }

        throw new SensorException(
            $"{control.Name}: no answer to command 0x{command:X2} within 1 s. Is it a Schunk FTN?");
    }

    private void TryStop(IByteChannel control)
    {
        Span<byte> packet = stackalloc byte[SchunkPackets.HeaderLength + 1];
        SchunkPackets.WriteCommand(packet, _commandCounter++, SchunkPackets.StreamOff);
        try
        {
            control.Write(packet);
        }
        catch (SensorException)
        {
            // The control connection is gone: then there is nobody to tell.
        }
    }
}
