using System.Buffers.Binary;
using System.Collections.Immutable;
using EdgeFusion.Sensing.Channels;
using EdgeFusion.Sensing.Framing;

namespace EdgeFusion.Sensing.Devices.Force;

/// <summary>
/// OptoForce and OnRobot sensors behind the USB or serial DAQ: 16, 22 or 34 bytes, big-endian counts, plain sum. The
/// configuration packet (rate, filter, zero) is the only thing written.
/// </summary>
internal sealed class OptoForceProtocol : StreamProtocol
{
    private const int OneChannel = 16;
    private const int SixAxis = 22;
    private const int FourChannels = 34;
    private const int HeaderAndState = 8;

    public static readonly FrameSpec Frame = new()
    {
        Header = [0xAA, 0x07, 0x08],
        LengthOffset = 3,
        LengthSize = 1,
        LengthBeyond = 6,
        MinLength = OneChannel,
        MaxLength = FourChannels,
        Checksum = ChecksumKind.Sum16BigEndian,
    };

    private static readonly TimeSpan ConfigPatience = TimeSpan.FromMilliseconds(300);

    private readonly OptoForceOptions _options;
    private readonly SequenceCounter _counter = new(16);
    private readonly float[] _siPerCount;
    private readonly int _length;
    private readonly byte[] _configuration;

    public OptoForceProtocol(OptoForceOptions options)
    {
        _options = options;
        VectorLayout layout = options.Axes switch
        {
            3 => new VectorLayout(["fx", "fy", "fz"], ["N", "N", "N"]),
            6 => Layouts.Wrench,
            _ => Layouts.Joints(["1", "2", "3", "4"], [("fx_", "N"), ("fy_", "N"), ("fz_", "N")]),
        };
        _length = options.Axes switch { 3 => OneChannel, 6 => SixAxis, _ => FourChannels };
        Outputs = [new StreamOutput(Layouts.Force, layout, 1_000.0 / options.PeriodMilliseconds)];
        _siPerCount = new float[layout.Width];
        for (int i = 0; i < _siPerCount.Length; i++)
        {
            bool torque = options.Axes == 6 && i >= 3;
            _siPerCount[i] = (float)(1 / (torque ? options.CountsPerNewtonMetre : options.CountsPerNewton));
        }

        _configuration = Configuration(options);
    }

    public override string Device => "an OptoForce sensor";

    public override ImmutableArray<StreamOutput> Outputs { get; }

    public override double TicksPerSecond => Outputs[0].RateHz;

    // The counter counts samples; their rate is the converter's claim.
    public override double LargestDriftPpm => 10_000;

    public override int FrameBytes => _length;

    /// <summary>The packet that sets rate, filter and zero.</summary>
    public static byte[] Configuration(OptoForceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        byte[] packet =
        [
            0xAA, 0x00, 0x32, 0x03, (byte)options.PeriodMilliseconds, (byte)options.Filter,
            options.Zero ? (byte)255 : (byte)0, 0, 0,
        ];
        Checksum.Seal(ChecksumKind.Sum16BigEndian, packet);
        return packet;
    }

    public override StreamScanner CreateScanner(FrameCounters counters)
    {
        _counter.Reset();
        return new FrameScanner(Frame, counters);
    }

    public override void Start(StreamLink link)
    {
        for (int i = 0; i < 3; i++)
        {
            link.Send(_configuration);
            if (link.TryReceive(ConfigPatience, out _))
            {
                return;
            }
        }

        throw new SensorException(
            FormattableString.Invariant(
                $"{link.Channel.Name}: no stream from {Device} ({link.BytesRead} bytes came). ")
            + "Check the baud rate (1000000 on USB), cable and power.");
    }

    public override void Stop(IByteChannel channel)
    {
        // Left streaming: another program's settings are not ours to undo, and a stopped converter looks broken.
    }

    public override FrameVerdict Decode(ReadOnlySpan<byte> frame, StreamReading reading)
    {
        if (frame.Length != _length)
        {
            ThrowWrongKind(frame.Length);
        }

        ushort counter = BinaryPrimitives.ReadUInt16BigEndian(frame[4..]);
        if (!_counter.TryTake(counter, out long lost, out bool restarted))
        {
            return FrameVerdict.Duplicate;
        }

        (reading.Tick, reading.Lost, reading.Restarted) = (_counter.Position, lost, restarted);
        Span<float> values = reading.Values(0);
        bool fourChannels = _length == FourChannels;
        for (int i = 0; i < values.Length; i++)
        {
            // Four channels come as x y z of each; the layout groups all x, all y, all z.
            int place = fourChannels ? ((i % 4) * 3) + (i / 4) : i;
            values[i] = BinaryPrimitives.ReadInt16BigEndian(frame[(HeaderAndState + (2 * place))..]) * _siPerCount[i];
        }

        return FrameVerdict.Sample;
    }

    private void ThrowWrongKind(int length) => throw new SensorException(
        FormattableString.Invariant($"The OptoForce sensor sends frames of {length} bytes, but Axes is ")
        + FormattableString.Invariant($"{_options.Axes} (3 = 16 bytes, 6 = 22, 12 = 34). Correct Axes."));
}
