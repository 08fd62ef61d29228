using System.Buffers.Binary;
using System.Collections.Immutable;
using EdgeFusion.Sensing.Framing;

namespace EdgeFusion.Sensing.Devices.Robots;

/// <summary>
/// UFACTORY xArm's report port: 784 bytes at 200 Hz, listened to only. Joints and the tool's force sensor are two
/// sensors of one connection. The byte order is found from the first report, since the manual does not state it.
/// </summary>
/// <param name="filteredForce">Whether the wrench is the filtered one (load and zero taken off) or the raw one.</param>
internal sealed class XArmProtocol(bool filteredForce) : StreamProtocol
{
    public const int Port = 30_000;
    public const int JointsOutput = 0;
    public const int WrenchOutput = 1;
    public const int Length = 784;
    public const double RateHz = 200;

    // The manual counts from 1: q 117-144, qd 145-172, torques 229-256, force raw 689-712 and filtered 713-736.
    private const int TimeAt = 4;
    private const int PositionAt = 116;
    private const int VelocityAt = 144;
    private const int TorqueAt = 228;
    private const int RawForceAt = 688;
    private const int FilteredForceAt = 712;
    private const int Joints = 7;

    /// <summary>Two turns: no joint goes further.</summary>
    private const float LargestAngle = 12.6f;

    public static readonly FrameSpec Report = new() { FixedLength = Length };

    private bool _known;
    private bool _bigEndianValues;
    private bool _bigEndianTime;
    private long _latest = TickUnwrapper.None;

    public override string Device => "an xArm's report port";

    public override ImmutableArray<StreamOutput> Outputs { get; } =
    [
        new(
            Layouts.Proprioception,
            Layouts.Joints(["1", "2", "3", "4", "5", "6", "7"], [("q_", "rad"), ("dq_", "rad/s"), ("tau_", "Nm")]),
            RateHz),
        new(Layouts.Force, Layouts.Wrench, RateHz),
    ];

    public override double TicksPerSecond => 1e6;

    public override int FrameBytes => Length;

    public override TimeSpan Patience => TimeSpan.FromMilliseconds(500);

    public override string Advice => "Is the arm on, and its firmware 2.1.0 or newer?";

    public override StreamScanner CreateScanner(FrameCounters counters)
    {
        _known = false;
        _latest = TickUnwrapper.None;
        return new FrameScanner(Report, counters);
    }

    public override FrameVerdict Decode(ReadOnlySpan<byte> frame, StreamReading reading)
    {
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(frame);
        if (length != Length && BinaryPrimitives.ReverseEndianness(length) != Length)
        {
            ThrowForeign(length);
        }

        if (!_known)
        {
            _bigEndianValues = Angles(frame, bigEndian: true) > Angles(frame, bigEndian: false);
            ulong time = BinaryPrimitives.ReadUInt64LittleEndian(frame[TimeAt..]);

            // Microseconds since some start are far below 2^56, so the order that gives less is the right one.
            _bigEndianTime = BinaryPrimitives.ReverseEndianness(time) < time;
            _known = true;
        }

        Span<float> joints = reading.Values(JointsOutput);
        Read(frame, PositionAt, joints[..Joints]);
        Read(frame, VelocityAt, joints.Slice(Joints, Joints));
        Read(frame, TorqueAt, joints.Slice(2 * Joints, Joints));
        Read(frame, filteredForce ? FilteredForceAt : RawForceAt, reading.Values(WrenchOutput));
        TakeTime(frame, reading);
        return FrameVerdict.Sample;
    }

    private void TakeTime(ReadOnlySpan<byte> frame, StreamReading reading)
    {
        ReadOnlySpan<byte> field = frame[TimeAt..];
        ulong time = _bigEndianTime
            ? BinaryPrimitives.ReadUInt64BigEndian(field) : BinaryPrimitives.ReadUInt64LittleEndian(field);
        reading.Tick = (long)Math.Min(time, long.MaxValue / 4096);
        reading.Restarted = reading.Tick < _latest;
        if (_latest != TickUnwrapper.None && reading.Tick > _latest)
        {
            reading.Lost = Math.Max(0, (long)Math.Round((reading.Tick - _latest) * RateHz / TicksPerSecond) - 1);
        }

        _latest = reading.Tick;
    }

    private void Read(ReadOnlySpan<byte> frame, int at, Span<float> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Value(frame, at + (i * sizeof(float)), _bigEndianValues);
        }
    }

    private static float Value(ReadOnlySpan<byte> frame, int at, bool bigEndian) => bigEndian
        ? BinaryPrimitives.ReadSingleBigEndian(frame[at..]) : BinaryPrimitives.ReadSingleLittleEndian(frame[at..]);

    /// <summary>How many joint angles are possible in a byte order; in the wrong one they are huge or next to 0.
    /// </summary>
    private static int Angles(ReadOnlySpan<byte> frame, bool bigEndian)
    {
        int possible = 0;
        for (int i = 0; i < Joints; i++)
        {
            float angle = Math.Abs(Value(frame, PositionAt + (i * sizeof(float)), bigEndian));
            possible += angle is > 1e-6f and < LargestAngle ? 1 : 0;
        }

        return possible;
    }

    private void ThrowForeign(uint length)
    {
        uint other = BinaryPrimitives.ReverseEndianness(length);
        throw new SensorException(FormattableString.Invariant(
            $"{Device} sends reports of {Math.Min(length, other)} bytes instead of {Length}: {Advice}"));
    }
}
