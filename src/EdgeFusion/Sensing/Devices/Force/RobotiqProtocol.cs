using System.Buffers.Binary;
using System.Collections.Immutable;
using EdgeFusion.Sensing.Channels;
using EdgeFusion.Sensing.Framing;

namespace EdgeFusion.Sensing.Devices.Force;

/// <summary>
/// Robotiq FT 300 and FT 300-S in stream mode: 16 bytes at 100 Hz over 19200 baud. Modbus is used for one write only:
/// the one that starts the stream.
/// </summary>
internal sealed class RobotiqProtocol : StreamProtocol
{
    public const int BaudRate = 19_200;
    public const double RateHz = 100;
    public const int Length = 16;

    /// <summary>0xFF so many times stops the stream.</summary>
    public const int StopBytes = 50;

    private const float NewtonPerCount = 0.01f;
    private const float NewtonMetrePerCount = 0.001f;
    private const int StartAttempts = 4;

    public static readonly FrameSpec Frame = new()
    {
        Header = [0x20, 0x4E],
        FixedLength = Length,
        Checksum = ChecksumKind.Crc16Modbus,
    };

    // Slave 9, write register 410 (0x019A): 0x0200 = stream.
    private static readonly byte[] StartStream =
        [0x09, 0x10, 0x01, 0x9A, 0x00, 0x01, 0x02, 0x02, 0x00, 0xCD, 0xCA];

    private static readonly byte[] StopStream = CreateStop();

    // The maker's own driver calls the stream lost after 80 ms without a byte.
    private static readonly TimeSpan LostAfter = TimeSpan.FromMilliseconds(80);
    private static readonly TimeSpan RunningAlready = TimeSpan.FromMilliseconds(60);
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromMilliseconds(250);

    private TimeSpan _startedAgainAt;

    public override string Device => "a Robotiq FT 300";

    public override ImmutableArray<StreamOutput> Outputs { get; } = [new(Layouts.Force, Layouts.Wrench, RateHz)];

    public override int FrameBytes => Length;

    public override string Advice => "Check the 24 V supply, the RS-485 pair, and that no other program uses the line";

    public override StreamScanner CreateScanner(FrameCounters counters) => new FrameScanner(Frame, counters);

    public override void Start(StreamLink link)
    {
        // After a crash of its user the sensor still streams, and would not understand Modbus.
        if (link.TryReceive(RunningAlready, out _))
        {
            return;
        }

        for (int i = 0; i < StartAttempts; i++)
        {
            link.Send(StartStream);
            if (link.TryReceive(AnswerPatience, out _))
            {
                return;
            }
        }

        string found = link.BytesRead == 0
            ? "it does not answer"
            : FormattableString.Invariant($"{link.BytesRead} bytes came, but none of its frames");
        throw new SensorException(
            $"{link.Channel.Name}: no stream from {Device} at {BaudRate} baud ({found}). {Advice}.");
    }

    public override void OnSilence(IByteChannel channel, TimeSpan silence)
    {
        if (silence < LostAfter)
        {
            _startedAgainAt = TimeSpan.Zero;
        }
        else if (silence - _startedAgainAt >= LostAfter)
        {
            _startedAgainAt = silence;
            channel.Write(StartStream);
        }
    }

    public override void Stop(IByteChannel channel) => channel.Write(StopStream);

    public override FrameVerdict Decode(ReadOnlySpan<byte> frame, StreamReading reading)
    {
        Span<float> wrench = reading.Values(0);
        for (int i = 0; i < wrench.Length; i++)
        {
            short count = BinaryPrimitives.ReadInt16LittleEndian(frame[(2 + (2 * i))..]);
            wrench[i] = count * (i < 3 ? NewtonPerCount : NewtonMetrePerCount);
        }

        return FrameVerdict.Sample;
    }

    private static byte[] CreateStop()
    {
        var stop = new byte[StopBytes];
        Array.Fill(stop, (byte)0xFF);
        return stop;
    }
}
