using System.Buffers.Binary;
using System.Collections.Immutable;
using EdgeFusion.Sensing.Framing;
using EdgeFusion.Time;

namespace EdgeFusion.Sensing.Devices.Robots;

/// <summary>
/// Universal Robots' RTDE over TCP: joints, wrench at the tool and pose of the tool as three sensors of one connection.
/// The whole handshake is done after each opening, since a robot forgets its clients.
/// </summary>
internal sealed class RtdeProtocol : StreamProtocol
{
    public const int Port = 30_004;
    public const int JointsOutput = 0;
    public const int WrenchOutput = 1;
    public const int PoseOutput = 2;

    private const int Joints = 6;
    private const int LongestPacket = 4_096;
    private const double TicksPerRobotSecond = 1e6;
    private const uint FirstFastController = 5;
    private const double SlowControllerHz = 125;
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(2);

    public static readonly FrameSpec Packet = new()
    {
        LengthSize = 2,
        LengthBigEndian = true,
        MinLength = RtdePackets.HeaderBytes,
        MaxLength = LongestPacket,
    };

    private readonly RtdeOptions _options;
    private readonly ImmutableArray<string> _names;
    private readonly ImmutableArray<(string Name, int At)> _jointGroups;
    private FrameCounters? _counters;
    private long _skippedBefore;
    private RtdeRecipe? _recipe;
    private double _latest = double.NaN;

    public RtdeProtocol(RtdeOptions options)
    {
        _options = options;
        var groups = new List<(string Prefix, string Unit)> { ("q_", "rad"), ("dq_", "rad/s") };
        var names = new List<string> { "timestamp", "actual_q", "actual_qd" };
        if (options.Currents)
        {
            groups.Add(("cur_", "A"));
            names.Add("actual_current");
        }

        if (options.Torques)
        {
            groups.Add(("tau_", "Nm"));
            names.Add("target_moment");
        }

        ImmutableArray<(string, int)>.Builder jointGroups = ImmutableArray.CreateBuilder<(string, int)>();
        for (int i = 1; i < names.Count; i++)
        {
            jointGroups.Add((names[i], (i - 1) * Joints));
        }

        _jointGroups = jointGroups.ToImmutable();
        _names = [.. names, "actual_TCP_force", "actual_TCP_pose"];
        Outputs =
        [
            new(Layouts.Proprioception, Layouts.Joints(["1", "2", "3", "4", "5", "6"], groups), options.RateHz),
            new(Layouts.Force, Layouts.Wrench, options.RateHz),
            new(
                "pose", new VectorLayout(["x", "y", "z", "rx", "ry", "rz"], ["m", "m", "m", "rad", "rad", "rad"]),
                options.RateHz),
        ];
    }

    public override string Device => "a Universal Robots controller";

    public override ImmutableArray<StreamOutput> Outputs { get; }

    public override double TicksPerSecond => TicksPerRobotSecond;

    public override int FrameBytes => _recipe?.PacketBytes ?? LongestPacket;

    // A cable pulled from a switch leaves the connection half open: silence is the only sign.
    public override TimeSpan Patience => TimeSpan.FromMilliseconds(500);

    public override string Advice => "Is the robot still on and in the network?";

    public override StreamScanner CreateScanner(FrameCounters counters)
    {
        _counters = counters;
        _skippedBefore = counters.ResyncBytes;
        _recipe = null;
        _latest = double.NaN;
        return new FrameScanner(Packet, counters);
    }

    public override void Start(StreamLink link)
    {
        link.Send(RtdePackets.RequestVersion2());
        Require(
            Await(link, RtdePackets.ProtocolVersion), link,
            "speaks no RTDE protocol 2: its software is older than 3.4");
        link.Send(RtdePackets.RequestControllerVersion());
        CheckController(Await(link, RtdePackets.ControllerVersion), link.Channel.Name);
        link.Send(RtdePackets.RequestOutputs(_options.RateHz, _names));
        _recipe = RtdeRecipe.Read(Await(link, RtdePackets.SetUpOutputs), _names);
        link.Send(RtdePackets.RequestStart());
        Require(Await(link, RtdePackets.Start), link, "does not start sending");
    }

    public override FrameVerdict Decode(ReadOnlySpan<byte> frame, StreamReading reading)
    {
        if (_counters!.ResyncBytes != _skippedBefore)
        {
            throw new SensorException("The robot's RTDE stream is out of step. The connection is opened again.");
        }

        RtdeRecipe recipe = _recipe!;
        if (frame[2] != RtdePackets.Data)
        {
            return FrameVerdict.Other;
        }

        if (frame.Length != recipe.PacketBytes || frame[RtdePackets.HeaderBytes] != recipe.Id)
        {
            return FrameVerdict.Invalid;
        }

        TakeTime(BinaryPrimitives.ReadDoubleBigEndian(frame[recipe.OffsetOf("timestamp")..]), reading);
        foreach ((string name, int at) in _jointGroups)
        {
            Read(frame[recipe.OffsetOf(name)..], reading.Values(JointsOutput).Slice(at, Joints));
        }

        Read(frame[recipe.OffsetOf("actual_TCP_force")..], reading.Values(WrenchOutput));
        Read(frame[recipe.OffsetOf("actual_TCP_pose")..], reading.Values(PoseOutput));
        return FrameVerdict.Sample;
    }

    private static void Read(ReadOnlySpan<byte> source, Span<float> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)BinaryPrimitives.ReadDoubleBigEndian(source[(i * sizeof(double))..]);
        }
    }

    private void TakeTime(double seconds, StreamReading reading)
    {
        // NaN compares false: the first packet, or damage that the gate will see in the values.
        reading.Restarted = seconds < _latest;
        if (seconds > _latest)
        {
            reading.Lost = (long)Math.Clamp(Math.Round((seconds - _latest) * _options.RateHz) - 1, 0, 1e9);
        }

        _latest = seconds;
        reading.Tick = double.IsFinite(seconds) ? (long)Math.Clamp(seconds * TicksPerRobotSecond, -9e18, 9e18) : 0;
    }

    private static ReadOnlySpan<byte> Await(StreamLink link, byte type)
    {
        // Messages for the operator and late data come in between.
        for (int others = 0; others < 1_000; others++)
        {
            if (!link.TryReceive(AnswerPatience, out ReadOnlySpan<byte> packet))
            {
                break;
            }

            if (packet[2] == type)
            {
                return packet;
            }
        }

        throw new SensorException(
            $"{link.Channel.Name}: no answer to RTDE request '{(char)type}' within "
            + FormattableString.Invariant($"{AnswerPatience.TotalSeconds} s. Is it a Universal Robots controller?"));
    }

    private static void Require(ReadOnlySpan<byte> answer, StreamLink link, string otherwise)
    {
        if (answer.Length <= RtdePackets.HeaderBytes || answer[RtdePackets.HeaderBytes] != 1)
        {
            throw new SensorException($"{link.Channel.Name}: the controller {otherwise}.");
        }
    }

    private void CheckController(ReadOnlySpan<byte> answer, string name)
    {
        bool known = answer.Length >= RtdePackets.HeaderBytes + sizeof(uint);
        uint major = known ? BinaryPrimitives.ReadUInt32BigEndian(answer[RtdePackets.HeaderBytes..]) : 0;
        if (known && major < FirstFastController && _options.RateHz > SlowControllerHz)
        {
            throw new SensorException(FormattableString.Invariant(
                $"{name}: controller software {major} sends {SlowControllerHz} Hz at most. Set RateHz to 125."));
        }
    }
}
