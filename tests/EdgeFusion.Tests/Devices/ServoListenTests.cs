using System.Runtime.InteropServices;
using EdgeFusion.Sensing.Devices.Servos;
using EdgeFusion.Sensing.Framing;
using EdgeFusion.Testing.Sensing;

namespace EdgeFusion.Tests.Devices;

/// <summary>Overhearing another master: it reads and writes, we decode and never write a byte.</summary>
public sealed class ServoListenTests
{
    [Fact]
    public void Joints_are_taken_from_another_masters_reads_and_its_writes_are_passed_over()
    {
        var line = new ScriptedLine();
        using var run = new SensorRun(Sensor(line, velocity: false));
        for (int i = 0; i < 12; i++)
        {
            line.Put(Request(0x03, [42, 0x00, 0x08], id: 1));
            line.Put(Request(0x82, [56, 2, 1, 2], id: 0xFE));
            line.Put([0x13, 0x37, .. Status(1, [0x00, 0x08])]);
            line.Put(Status(2, [0x00, 0x0C]));
        }

        // Not stopped first: on a busy machine a second may pass until then, and a silent bus is a failure.
        run.WaitFor(10);

        float[] joints = MemoryMarshal.Cast<byte, float>(run.Ring.Payload(5)).ToArray();
        Assert.Equal(0, joints[0], 1e-6f);
        Assert.Equal(-MathF.PI / 2, joints[1], 1e-6f);
        Assert.Empty(line.Written);
    }

    [Fact]
    public void A_silent_bus_is_told_and_nothing_is_written()
    {
        var line = new ScriptedLine();
        using var run = new SensorRun(Sensor(line, velocity: true));

        Assert.Contains("nobody has read all joints of a Feetech bus for 1 s", run.WaitForFailure(),
            StringComparison.Ordinal);
        Assert.Empty(line.Written);
    }

    private static ServoBusSensor Sensor(ScriptedLine line, bool velocity) => new("arm", line, new ServoBusOptions
    {
        Family = ServoFamily.Feetech,
        Joints = [new("pan", 1), new("lift", 2, Inverted: true)],
        Listen = true,
        Velocity = velocity,
    });

    private static byte[] Request(byte instruction, byte[] parameters, byte id)
    {
        byte[] packet = [0xFF, 0xFF, id, (byte)(parameters.Length + 2), instruction, .. parameters, 0];
        Checksum.Seal(ChecksumKind.InvertedSum8, packet, 2);
        return packet;
    }

    private static byte[] Status(byte id, byte[] data) => Request(0, data, id);
}
