using System.Buffers.Binary;
using System.Collections.Immutable;
using EdgeFusion.Sensing.Framing;

namespace EdgeFusion.Sensing.Devices.Imu;

/// <summary>
/// WitMotion inertial units over serial: 11-byte packets of acceleration, angular rate and angle. One sample per round;
/// nothing is ever written.
/// </summary>
/// <param name="rateHz">Rounds per second it is configured for.</param>
/// <param name="accelerationRangeG">Full scale of the acceleration in g, 16 by default.</param>
/// <param name="gyroRange">Full scale of the angular rate in degrees per second, 2000 by default.</param>
internal sealed class WitMotionProtocol(double rateHz, double accelerationRangeG, double gyroRange) : StreamProtocol
{
    public const int Length = 11;
    private const byte Acceleration = 0x51;
    private const byte AngularRate = 0x52;
    private const double FullScale = 32_768;

    public static readonly FrameSpec Frame = new()
    {
        Header = [0x55],
        FixedLength = Length,
        Checksum = ChecksumKind.Sum8,
    };

    private readonly float _accelerationScale = (float)(accelerationRangeG * SiUnit.Find("g").Factor / FullScale);
    private readonly float _gyroScale = (float)(gyroRange * SiUnit.Find("deg/s").Factor / FullScale);
    private readonly float[] _accelerations = new float[3];
    private bool _hasAcceleration;

    public override string Device => "a WitMotion inertial unit";

    public override ImmutableArray<StreamOutput> Outputs { get; } =
    [
        new(
            Layouts.Imu,
            new VectorLayout(
                ["wx", "wy", "wz", "ax", "ay", "az"], ["rad/s", "rad/s", "rad/s", "m/s^2", "m/s^2", "m/s^2"]),
            rateHz),
    ];

    // The usual round: acceleration, rate, angle.
    public override int FrameBytes => 3 * Length;

    public override TimeSpan Patience => TimeSpan.FromSeconds(Math.Max(1, 20 / rateHz));

    public override StreamScanner CreateScanner(FrameCounters counters)
    {
        _hasAcceleration = false;
        return new FrameScanner(Frame, counters);
    }

    public override FrameVerdict Decode(ReadOnlySpan<byte> frame, StreamReading reading)
    {
        switch (frame[1])
        {
            case Acceleration:
                Read(frame, _accelerations, _accelerationScale);
                _hasAcceleration = true;
                return FrameVerdict.Other;
            case AngularRate when _hasAcceleration:
                Span<float> values = reading.Values(0);
                Read(frame, values[..3], _gyroScale);
                _accelerations.CopyTo(values[3..]);
                _hasAcceleration = false;
                return FrameVerdict.Sample;
            default:
                return FrameVerdict.Other;
        }
    }

    private static void Read(ReadOnlySpan<byte> frame, Span<float> values, float scale)
    {
        for (int i = 0; i < 3; i++)
        {
            values[i] = BinaryPrimitives.ReadInt16LittleEndian(frame[(2 + (2 * i))..]) * scale;
        }
    }
}
