using EdgeFusion.Sensing.Devices.Servos;
using EdgeFusion.Sensing.Framing;
using EdgeFusion.Testing;

namespace EdgeFusion.Tests.Devices;

/// <summary>Damage and oddities on a servo bus.</summary>
public sealed class ServoDamageTests
{
    private const int DamagedBytes = 1_100_000;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_million_damaged_bytes_do_no_harm_and_the_next_answer_is_found(bool dynamixel)
    {
        ServoProtocol protocol = Create(dynamixel);
        byte[] answer = Golden.Bytes(dynamixel ? Golden.DynamixelFastReply : Golden.FeetechStatus);
        byte[] request = Golden.Bytes(dynamixel ? Golden.DynamixelFast : Golden.FeetechSync);
        var scanner = new FrameScanner(protocol.Frame, new FrameCounters());
        var round = new ServoRound(
            [new("a", 1)], protocol.BlockAddress, protocol.BlockLength, protocol.Needed(true, true));
        var read = new ServoRead();
        var random = new Random(9);
        int damaged = 0;
        while (damaged < DamagedBytes)
        {
            for (int i = 0; i < 10; i++)
            {
                byte[] frame = [.. i % 3 == 0 ? request : answer];
                for (int k = random.Next(1, frame.Length); k > 0; k--)
                {
                    frame[random.Next(frame.Length)] = (byte)random.Next(256);
                    damaged++;
                }

                Feed(scanner, protocol, read, round, frame, listening: true);
            }

            // A new request ends what noise may have begun, as the bus is silent before it.
            while (scanner.GiveUpWaiting())
            {
                Feed(scanner, protocol, read, round, [], listening: true);
            }

            round.Clear();
            Feed(scanner, protocol, read, round, request, listening: true);
            Feed(scanner, protocol, read, round, answer, listening: true);
            Assert.True(round.IsComplete);
        }
    }

    [Fact]
    public void Stuffed_bytes_are_taken_out()
    {
        // Velocity and position that hold FF FF FD: on the wire an FD follows.
        byte[] packet =
        [
            0xFF, 0xFF, 0xFD, 0x00, 1, 15, 0, 0x55, 0, 0, 0, 0xFF, 0xFF, 0xFD, 0xFD, 0x00, 1, 2, 3, 4, 0, 0,
        ];
        Checksum.Seal(ChecksumKind.Crc16Dynamixel, packet);
        ServoProtocol protocol = Create(dynamixel: true);
        var round = new ServoRound([new("a", 1)], 126, 10, 0x3FF);
        var read = new ServoRead();
        read.Begin(126, 10, [1]);

        Feed(new FrameScanner(protocol.Frame, new FrameCounters()), protocol, read, round, packet, false);

        Assert.True(round.IsComplete);
        Assert.Equal([0, 0, 0xFF, 0xFF, 0xFD, 0x00, 1, 2, 3, 4], round.Block(0).ToArray());
    }

    [Fact]
    public void An_answer_of_a_servo_not_asked_or_that_came_before_is_refused()
    {
        ServoProtocol protocol = Create(dynamixel: true);
        var round = new ServoRound([new("a", 1), new("b", 3)], 126, 10, 0x3FF);
        var read = new ServoRead();
        read.Begin(126, 10, [1, 3]);
        byte[] status = Golden.Bytes(Golden.DynamixelStatus);
        var scanner = new FrameScanner(protocol.Frame, new FrameCounters());

        Feed(scanner, protocol, read, round, status, false);
        Feed(scanner, protocol, read, round, status, false);
        Feed(scanner, protocol, read, round, Golden.Bytes(Golden.DynamixelFastReply), false);

        Assert.False(round.IsComplete);
        Assert.Equal(3, round.Refused);
    }

    [Fact]
    public void No_instruction_but_reading_can_be_made()
    {
        var made = new SortedSet<byte>();
        for (int count = 1; count <= 32; count++)
        {
            byte[] ids = [.. Enumerable.Range(1, count).Select(i => (byte)i)];
            foreach (bool fast in (bool[])[false, true])
            {
                made.Add(Create(dynamixel: true).CreateRequest(ids, fast)[7]);
                made.Add(Create(dynamixel: false).CreateRequest(ids, fast)[4]);
                made.Add(new FeetechProtocol(scs: true).CreateRequest(ids, fast)[4]);
            }
        }

        Assert.Subset(ServoProtocol.ReadInstructions.ToArray().ToHashSet(), made);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_round_allocates_nothing(bool dynamixel)
    {
        ServoProtocol protocol = Create(dynamixel);
        byte[] answer = Golden.Bytes(dynamixel ? Golden.DynamixelFastReply : Golden.FeetechStatus);
        var scanner = new FrameScanner(protocol.Frame, new FrameCounters());
        var round = new ServoRound([new("a", 1)], protocol.BlockAddress, protocol.BlockLength, 0b11);
        var read = new ServoRead();
        byte[] ids = [1, 2];
        long allocated = 0;
        for (int turn = 0; turn < 3; turn++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 2_000; i++)
            {
                round.Clear();
                read.Begin(protocol.BlockAddress, protocol.BlockLength, ids);
                Feed(scanner, protocol, read, round, answer, false);
                protocol.Decode(round.Block(0));
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.True(round.IsComplete);
        Allocations.AssertNone(2_000, allocated);
    }

    private static ServoProtocol Create(bool dynamixel) =>
        dynamixel ? new DynamixelProtocol(0.00269) : new FeetechProtocol(scs: false);

    private static void Feed(
        FrameScanner scanner, ServoProtocol protocol, ServoRead read, ServoRound round, ReadOnlySpan<byte> bytes,
        bool listening)
    {
        scanner.Append(bytes);
        while (scanner.TryRead(out ReadOnlySpan<byte> frame))
        {
            protocol.Take(frame, read, round, listening);
        }
    }
}
