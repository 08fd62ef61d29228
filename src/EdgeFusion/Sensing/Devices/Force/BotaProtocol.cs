using System.Buffers.Binary;
using System.Collections.Immutable;
using EdgeFusion.Sensing.Framing;
using EdgeFusion.Time;

namespace EdgeFusion.Sensing.Devices.Force;

/// <summary>
/// Bota SensONE, Rokubi and MiniONE over serial, binary: 37 bytes, calibrated values and a clock of its own. Nothing is
/// ever written: the sensor streams from power-on.
/// </summary>
/// <param name="rateHz">Rate it is configured for.</param>
internal sealed class BotaProtocol(double rateHz) : StreamProtocol
{
    public const int Length = 37;
    private const double MicrosecondsPerSecond = 1e6;

    private const ushort TookTooLong = 1;
    private const ushort OverRange = 2;
    private const ushort InvalidMeasurements = 4;
    private const ushort RawMeasurements = 8;

    public static readonly FrameSpec Frame = new()
    {
        Header = [0xAA],
        FixedLength = Length,
        Checksum = ChecksumKind.Crc16X25,
        ChecksumStart = 1,
    };

    private readonly TickUnwrapper _ticks = new(32);

    public override string Device => "a Bota force sensor";

    public override ImmutableArray<StreamOutput> Outputs { get; } = [new(Layouts.Force, Layouts.Wrench, rateHz)];

    public override double TicksPerSecond => MicrosecondsPerSecond;

    public override int FrameBytes => Length;

    // The longest filter of the sensor (sinc 4096 with chopping) answers every 1.77 s.
    public override TimeSpan Patience => TimeSpan.FromSeconds(Math.Max(1, 20 / rateHz));

    public override string Advice =>
        "The sensor's own setting decides (230400 or 460800, binary format, run mode); set BaudRate to it";

    public override StreamScanner CreateScanner(FrameCounters counters)
    {
        _ticks.Reset();
        return new FrameScanner(Frame, counters);
    }

    public override FrameVerdict Decode(ReadOnlySpan<byte> frame, StreamReading reading)
    {
        ushort status = BinaryPrimitives.ReadUInt16LittleEndian(frame[1..]);
        if ((status & RawMeasurements) != 0)
        {
            ThrowRaw();
        }

        Span<float> wrench = reading.Values(0);
        for (int i = 0; i < wrench.Length; i++)
        {
            wrench[i] = BinaryPrimitives.ReadSingleLittleEndian(frame[(3 + (4 * i))..]);
        }

        long before = _ticks.Latest;
        reading.Tick = _ticks.Unwrap(BinaryPrimitives.ReadUInt32LittleEndian(frame[27..]), out bool restarted);
        reading.Restarted = restarted;
        if (!restarted && before != TickUnwrapper.None)
        {
            // The sensor counts time, not samples: what is missing shows as a multiple of the period.
            double periods = (reading.Tick - before) * rateHz / MicrosecondsPerSecond;
            reading.Lost = Math.Clamp((long)Math.Round(periods) - 1, 0, Timestamp.NanosecondsPerSecond);
        }

        if ((status & (InvalidMeasurements | TookTooLong)) != 0)
        {
            return FrameVerdict.Invalid;
        }

        reading.Flags |= (status & OverRange) != 0 ? SampleFlags.Clipped : SampleFlags.None;
        return FiniteCheck.AllFinite(wrench) ? FrameVerdict.Sample : FrameVerdict.Invalid;
    }

    private static void ThrowRaw() => throw new SensorException(
        "The Bota sensor sends raw gauge counts instead of newtons. Switch its calibration matrix on "
        + "(command c,<temperature compensation>,1,...) with the maker's tool.");
}
