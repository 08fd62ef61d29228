using EdgeFusion.Sensing.Devices;
using EdgeFusion.Sensing.Devices.Datagrams;
using EdgeFusion.Sensing.Devices.Force;
using EdgeFusion.Sensing.Devices.Robots;
using EdgeFusion.Sensing.Devices.Servos;
using EdgeFusion.Sensing.Framing;

namespace EdgeFusion.Tests.Devices;

/// <summary>Each decoder against the golden frames; SI units out.</summary>
public sealed class DecoderGoldenTests
{
    [Theory]
    [InlineData(ChecksumKind.Crc16Modbus, 0x4B37)]
    [InlineData(ChecksumKind.Crc16X25, 0x906E)]
    [InlineData(ChecksumKind.Crc16Dynamixel, 0xFEE8)]
    [InlineData(ChecksumKind.Sum8, 0xDD)]
    [InlineData(ChecksumKind.InvertedSum8, 0x22)]
    [InlineData(ChecksumKind.Sum16BigEndian, 0x01DD)]
    public void Checksums_have_their_published_check_values(ChecksumKind kind, int expected) =>
        Assert.Equal(expected, Checksum.Compute(kind, "123456789"u8));

    [Fact]
    public void Robotiq()
    {
        float[] wrench = Decode(new RobotiqProtocol(), Golden.Robotiq, out _);

        AssertClose([12.34f, -5.67f, 100, 0.123f, -0.456f, 7.89f], wrench);
    }

    [Fact]
    public void Bota()
    {
        float[] wrench = Decode(new BotaProtocol(800), Golden.Bota, out StreamReading reading);

        Assert.Equal(Golden.Wrench, wrench);
        Assert.Equal(123_456, reading.Tick);
    }

    [Fact]
    public void Kunwei()
    {
        // A frame without checksum counts once another follows it.
        float[] wrench = Decode(new KunweiProtocol(1_000, 1_000), Golden.Kunwei + Golden.Kunwei, out _);

        AssertClose(Array.ConvertAll(Golden.Wrench, value => value * 9.81f), wrench);
    }

    [Fact]
    public void OptoForce()
    {
        float[] wrench = Decode(new OptoForceProtocol(ProtocolCase.OptoForce), Golden.OptoForce, out _);

        AssertClose([1, -2, 3, 0.005f, -0.01f, 0.015f], wrench);
        Assert.Equal(
            Golden.OptoForceConfiguration,
            Convert.ToHexString(OptoForceProtocol.Configuration(ProtocolCase.OptoForce)));
    }

    [Fact]
    public void Rdt_records_and_requests()
    {
        var record = new RdtRecord(Golden.Bytes(Golden.RdtRecord));

        Assert.Equal(7u, record.Sequence);
        Assert.Equal(1_007u, record.MeasurementSequence);
        Assert.Equal([1_500_000, -2_250_000, 9_806_650, 125_000, -500_000, 62_500], Counts(record));
        Assert.True(record.IsUsable);
        Assert.Equal(Golden.RdtStart, Request(RdtRecord.StartRealTime, 0));
        Assert.Equal(Golden.RdtStop, Request(RdtRecord.Stop, 0));
        Assert.Equal(Golden.RdtBias, Request(RdtRecord.Bias, 0));
        Assert.Equal(Golden.OnRobotPeriod, Request(RdtRecord.SetPeriod, 2));
        Assert.Equal(Golden.OnRobotFilter, Request(RdtRecord.SetFilter, 4));
    }

    [Fact]
    public void OnRobot_has_a_fixed_scale()
    {
        var record = new RdtRecord(Golden.Bytes(Golden.OnRobotRecord));

        Assert.Equal(98_067, record.Count(2));
        RdtCalibration scale = RdtCalibration.For(new RdtOptions { Host = "x", OnRobot = true }, default);
        Assert.Equal(9.8067, record.Count(2) * scale.NewtonPerCount, 1e-9);
        Assert.Equal(0.125, record.Count(3) * scale.NewtonMetrePerCount, 1e-9);
    }

    [Theory]
    [InlineData("N", "Nm", 1e-6, 1e-6)]
    [InlineData("lbf", "lbf-in", 4.4482216152605e-6, 0.1129848290276167e-6)]
    [InlineData("kgf", "kgf-cm", 9.80665e-6, 0.0980665e-6)]
    [InlineData("kN", "Nmm", 1e-3, 1e-9)]
    public void Calibration_pages_give_si_units(string force, string torque, double newton, double newtonMetre)
    {
        RdtCalibration scale = RdtCalibration.Parse(
            $"<netft><cfgcpf>1000000</cfgcpf><cfgcpt>1000000</cfgcpt><scfgfu>{force}</scfgfu><scfgtu>{torque}</scfgtu>"
            + "</netft>", "box");

        Assert.Equal(newton, scale.NewtonPerCount, 1e-12);
        Assert.Equal(newtonMetre, scale.NewtonMetrePerCount, 1e-12);
    }

    [Theory]
    [InlineData("<netft><cfgcpf>0</cfgcpf></netft>", "cfgcpf")]
    [InlineData("<netft><cfgcpf>1</cfgcpf><cfgcpt>1</cfgcpt><scfgfu>stone</scfgfu></netft>", "the unit 'stone'")]
    [InlineData("<netft><cfgcpf>1</cf", "calibration page of box")]
    public void A_calibration_page_of_no_use_is_a_sentence(string xml, string expected) =>
        Assert.Contains(expected, Assert.Throws<SensorException>(() => RdtCalibration.Parse(xml, "box")).Message);

    [Fact]
    public void Schunk()
    {
        byte[] packet = Golden.Bytes(Golden.Schunk);
        var wrench = new float[6];

        Assert.True(SchunkPackets.IsData(packet));
        SchunkPackets.Read(packet, wrench);

        Assert.Equal(Golden.Wrench, wrench);
        Assert.Equal(42, SchunkPackets.Counter(packet));
        Assert.True(SchunkPackets.IsUsable(packet));
        var command = new byte[7];
        SchunkPackets.WriteCommand(command, 0, SchunkPackets.StreamOn);
        Assert.Equal(Golden.SchunkStart, Convert.ToHexString(command));
    }

    [Fact]
    public void Dynamixel_requests()
    {
        var protocol = new DynamixelProtocol(0.00269);

        Assert.Equal(Golden.DynamixelSync, Convert.ToHexString(protocol.CreateRequest([1, 2], fast: false)));
        Assert.Equal(Golden.DynamixelFast, Convert.ToHexString(protocol.CreateRequest([1, 2], fast: true)));
    }

    [Theory]
    [InlineData(Golden.DynamixelFastReply, false)]
    [InlineData(Golden.DynamixelStatus, true)]
    public void Dynamixel_answers(string hex, bool onlyFirst)
    {
        (ServoRound round, ServoRead read) = Round(126, 10, 0x3FF);
        var protocol = new DynamixelProtocol(0.00269);
        read.Begin(126, 10, [1, 2]);

        protocol.Take(Whole(protocol.Frame, hex), read, round, listening: false);

        Assert.Equal(!onlyFirst, round.IsComplete);
        (double position, double velocity, double effort) = protocol.Decode(round.Block(0));
        Assert.Equal(0, position, 1e-12);
        Assert.Equal(100 * 0.229 * Math.PI / 30, velocity, 1e-12);
        Assert.Equal(-12 * 0.00269, effort, 1e-12);
        if (!onlyFirst)
        {
            (position, velocity, _) = protocol.Decode(round.Block(1));
            Assert.Equal(-Math.PI / 2, position, 1e-12);
            Assert.Equal(-50 * 0.229 * Math.PI / 30, velocity, 1e-12);
        }
    }

    [Fact]
    public void Feetech()
    {
        (ServoRound round, ServoRead read) = Round(56, 8, 0x3F);
        var protocol = new FeetechProtocol(scs: false);
        read.Begin(56, 8, [1, 2]);

        protocol.Take(Whole(protocol.Frame, Golden.FeetechStatus), read, round, listening: false);

        (double position, double velocity, double load) = protocol.Decode(round.Block(0));
        Assert.Equal(0, position, 1e-12);
        Assert.Equal(-100 * 2 * Math.PI / 4_096, velocity, 1e-12);
        Assert.Equal(-0.05, load, 1e-12);
        Assert.Equal(Golden.FeetechSync, Convert.ToHexString(protocol.CreateRequest([1, 2], fast: true)));
    }

    [Fact]
    public void A_listener_follows_the_read_of_another_master()
    {
        (ServoRound round, ServoRead read) = Round(56, 8, 0b11);
        var protocol = new FeetechProtocol(scs: false);

        protocol.Take(Whole(protocol.Frame, Golden.FeetechRead), read, round, listening: true);
        protocol.Take(Whole(protocol.Frame, Golden.FeetechReadReply), read, round, listening: true);

        Assert.Equal((1_304 - 2_048) * 2 * Math.PI / 4_096, protocol.Decode(round.Block(0)).Position, 1e-12);
    }

    [Fact]
    public void Rtde_requests_and_answers()
    {
        string[] names = ["timestamp", "actual_q", "actual_qd", "actual_TCP_force"];

        Assert.Equal(Golden.RtdeVersion2, Convert.ToHexString(RtdePackets.RequestVersion2()));
        Assert.Equal(Golden.RtdeControllerVersion, Convert.ToHexString(RtdePackets.RequestControllerVersion()));
        Assert.Equal(Golden.RtdeStart, Convert.ToHexString(RtdePackets.RequestStart()));
        Assert.Equal(Golden.RtdeOutputs, Convert.ToHexString(RtdePackets.RequestOutputs(500, names)));
        RtdeRecipe recipe = RtdeRecipe.Read(Golden.Bytes(Golden.RtdeOutputsReply), [.. names]);
        Assert.Equal((1, 156, 4, 12, 108), (
            recipe.Id, recipe.PacketBytes, recipe.OffsetOf("timestamp"), recipe.OffsetOf("actual_q"),
            recipe.OffsetOf("actual_TCP_force")));
        byte[] data = Golden.Bytes(Golden.RtdeDataBegin);
        Assert.Equal(
            12.345,
            System.Buffers.Binary.BinaryPrimitives.ReadDoubleBigEndian(data.AsSpan(recipe.OffsetOf("timestamp"))));
    }

    [Fact]
    public void Rtde_names_what_a_controller_does_not_send()
    {
        byte[] answer = [0, 0, (byte)'O', 1, .. "DOUBLE,NOT_FOUND"u8];

        SensorException fault = Assert.Throws<SensorException>(
            () => RtdeRecipe.Read(answer, ["timestamp", "ft_raw_wrench"]));

        Assert.Contains("does not send ft_raw_wrench (NOT_FOUND)", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void XArm_byte_order_is_found_from_the_report()
    {
        ProtocolCase xarm = ProtocolCase.Named("xarm");
        StreamProtocol protocol = xarm.Create();
        protocol.CreateScanner(new FrameCounters());
        var reading = new StreamReading(protocol.Outputs);

        Assert.Equal(FrameVerdict.Sample, protocol.Decode(xarm.Frame(0), reading));

        Assert.Equal(0.3f, reading.Values(XArmProtocol.JointsOutput)[2]);
        Assert.Equal(12.5f, reading.Values(XArmProtocol.WrenchOutput)[0]);
        Assert.Equal(1_000_000, reading.Tick);
    }

    internal static ReadOnlySpan<byte> Whole(FrameSpec spec, string hex)
    {
        var scanner = new FrameScanner(spec, new FrameCounters());
        scanner.Append(Golden.Bytes(hex));
        Assert.True(scanner.TryRead(out ReadOnlySpan<byte> frame));
        return frame;
    }

    private static float[] Decode(StreamProtocol protocol, string hex, out StreamReading reading)
    {
        StreamScanner scanner = protocol.CreateScanner(new FrameCounters());
        scanner.Append(Golden.Bytes(hex));
        Assert.True(scanner.TryRead(out ReadOnlySpan<byte> frame));
        reading = new StreamReading(protocol.Outputs);
        Assert.Equal(FrameVerdict.Sample, protocol.Decode(frame, reading));
        return reading.Values(0).ToArray();
    }

    private static (ServoRound Round, ServoRead Read) Round(int address, int length, uint needed) =>
        (new ServoRound([new("a", 1), new("b", 2)], address, length, needed), new ServoRead());

    private static int[] Counts(RdtRecord record)
    {
        var counts = new int[6];
        for (int i = 0; i < counts.Length; i++)
        {
            counts[i] = record.Count(i);
        }

        return counts;
    }

    private static string Request(ushort command, uint count)
    {
        var request = new byte[RdtRecord.RequestLength];
        RdtRecord.WriteRequest(request, command, count);
        return Convert.ToHexString(request);
    }

    private static void AssertClose(float[] expected, float[] actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], Math.Abs(expected[i]) * 1e-6f);
        }
    }
}
