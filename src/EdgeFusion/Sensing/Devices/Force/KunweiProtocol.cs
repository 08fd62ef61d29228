using System.Buffers.Binary;
using System.Collections.Immutable;
using EdgeFusion.Sensing.Channels;
using EdgeFusion.Sensing.Framing;

namespace EdgeFusion.Sensing.Devices.Force;

/// <summary>
/// Kunwei KWR75 over serial: 28 bytes without a checksum. A frame counts when both markers stand, a header follows
/// after lost bytes, and all values are finite and possible.
/// </summary>
/// <param name="rateHz">Rate it is configured for.</param>
/// <param name="largestNewton">Range of the force; more cannot be true. The torque's limit in Nm is the same
/// number.</param>
internal sealed class KunweiProtocol(double rateHz, double largestNewton) : StreamProtocol
{
    public const int Length = 28;

    /// <summary>N per kgf as the maker's driver counts it.</summary>
    public const float NewtonPerKilogramForce = 9.81f;

    public static readonly FrameSpec Frame = new()
    {
        Header = [0x48, 0xAA],
        FixedLength = Length,
        Trailer = [0x0D, 0x0A],
        ConfirmByNext = true,
    };

    private static readonly byte[] StartStream = [0x48, 0xAA, 0x0D, 0x0A];
    private static readonly byte[] StopStream = [0x43, 0xAA, 0x0D, 0x0A];

    // The maker's driver repeats the start every 10 ms until data come, for a second.
    private static readonly TimeSpan StartPause = TimeSpan.FromMilliseconds(10);
    private const int StartAttempts = 100;

    public override string Device => "a Kunwei KWR75";

    public override ImmutableArray<StreamOutput> Outputs { get; } = [new(Layouts.Force, Layouts.Wrench, rateHz)];

    public override int FrameBytes => Length;

    public override StreamScanner CreateScanner(FrameCounters counters) => new FrameScanner(Frame, counters);

    public override void Start(StreamLink link)
    {
        for (int i = 0; i < StartAttempts; i++)
        {
            link.Send(StartStream);
            if (link.TryReceive(StartPause, out _))
            {
                return;
            }
        }

        throw new SensorException(
            FormattableString.Invariant(
                $"{link.Channel.Name}: no stream from {Device} within 1 s ({link.BytesRead} bytes came). ")
            + "Check the baud rate, cable and power.");
    }

    public override void Stop(IByteChannel channel) => channel.Write(StopStream);

    public override FrameVerdict Decode(ReadOnlySpan<byte> frame, StreamReading reading)
    {
        Span<float> wrench = reading.Values(0);
        for (int i = 0; i < wrench.Length; i++)
        {
            float value = BinaryPrimitives.ReadSingleLittleEndian(frame[(2 + (4 * i))..]) * NewtonPerKilogramForce;

            // Also false for NaN.
            if (!(Math.Abs(value) <= largestNewton))
            {
                return FrameVerdict.Invalid;
            }

            wrench[i] = value;
        }

        return FrameVerdict.Sample;
    }
}
