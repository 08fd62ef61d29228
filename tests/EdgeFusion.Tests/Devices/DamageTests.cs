using EdgeFusion.Sensing.Devices;
using EdgeFusion.Sensing.Framing;
using EdgeFusion.Testing;

namespace EdgeFusion.Tests.Devices;

/// <summary>What a line can do to frames: cuts at every byte, garbage, damage. Every streaming protocol.</summary>
public sealed class DamageTests
{
    /// <summary>Times 10 cases, servos included: more than 10^7 damaged bytes in all.</summary>
    private const int DamagedBytes = 1_100_000;

    public static TheoryData<string> Cases => [.. ProtocolCase.All.Select(c => c.Name)];

    public static TheoryData<string> SelfSynchronising =>
        [.. ProtocolCase.All.Where(c => !c.IsPrefixed).Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Frames_survive_a_cut_at_every_byte(string name)
    {
        ProtocolCase protocol = ProtocolCase.Named(name);
        byte[] stream = Stream(protocol, 2, 6);
        int whole = Decode(protocol, stream, stream.Length).Samples;

        for (int step = 1; step <= stream.Length; step++)
        {
            Assert.Equal(whole, Decode(protocol, stream, step).Samples);
        }

        Assert.Equal(6 / protocol.FramesPerSample, whole);
    }

    [Theory]
    [MemberData(nameof(SelfSynchronising))]
    public void After_garbage_of_any_length_all_frames_are_found(string name)
    {
        ProtocolCase protocol = ProtocolCase.Named(name);
        var random = new Random(3);
        byte[] good = Stream(protocol, 2, 8);
        for (int length = 1; length < 200; length++)
        {
            var garbage = new byte[length];
            random.NextBytes(garbage);
            byte[] stream = [.. garbage, .. good];

            (int samples, FrameCounters counters) = Decode(protocol, stream, 64);

            // Text: what precedes the first line feed spoils that line. A frame without checksum may swallow one.
            Assert.InRange(samples, (8 / protocol.FramesPerSample) - 1, 8);
            Assert.True(counters.ResyncBytes >= length || name is not ("robotiq" or "bota" or "optoforce"));
        }
    }

    [Theory]
    [MemberData(nameof(SelfSynchronising))]
    public void More_than_a_million_damaged_bytes_do_no_harm_and_the_next_good_frames_are_found(string name)
    {
        ProtocolCase protocol = ProtocolCase.Named(name);
        var random = new Random(name.Length);
        StreamProtocol device = protocol.Create();
        StreamScanner scanner = device.CreateScanner(new FrameCounters());
        var reading = new StreamReading(device.Outputs);
        int damaged = 0;
        int index = 0;
        long lost = 0;
        while (damaged < DamagedBytes)
        {
            for (int i = 0; i < 20; i++)
            {
                byte[] frame = protocol.Frame(++index);
                for (int k = random.Next(1, frame.Length); k > 0; k--)
                {
                    frame[random.Next(frame.Length)] = (byte)random.Next(256);
                    damaged++;
                }

                Feed(scanner, device, reading, frame.AsSpan(0, frame.Length - (random.Next(3) == 0 ? 1 : 0)));
            }

            int found = 0;
            for (int i = 0; i < 6; i++)
            {
                found += Feed(scanner, device, reading, protocol.Frame(++index));
            }

            // One is spent on what the garbage before it began, one is held back until its follower comes.
            lost += Math.Max(0, (6 / protocol.FramesPerSample) - 2 - found);
        }

        Assert.Equal(0, lost);
    }

    [Theory]
    [MemberData(nameof(SelfSynchronising))]
    public void Bytes_add_up(string name)
    {
        ProtocolCase protocol = ProtocolCase.Named(name);
        var random = new Random(5);
        byte[] stream = Stream(protocol, 2, 500);
        for (int i = 0; i < 300; i++)
        {
            stream[random.Next(stream.Length)] ^= (byte)random.Next(1, 256);
        }

        StreamScanner scanner = protocol.Create().CreateScanner(new FrameCounters());
        long inFrames = 0;
        int at = 0;
        while (at < stream.Length)
        {
            at += scanner.Append(stream.AsSpan(at, Math.Min(50, stream.Length - at)));
            while (scanner.TryRead(out ReadOnlySpan<byte> frame))
            {
                inFrames += frame.Length;
            }
        }

        // Text: line ends belong to their lines.
        long ends = scanner is LineScanner ? 2 * (scanner.Counters.FramesOk + 600) : 0;
        long accounted = inFrames + scanner.Counters.ResyncBytes + scanner.Waiting;
        Assert.InRange(stream.Length - accounted, 0, ends);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Decoding_allocates_nothing(string name)
    {
        ProtocolCase protocol = ProtocolCase.Named(name);
        StreamProtocol device = protocol.Create();
        StreamScanner scanner = device.CreateScanner(new FrameCounters());
        var reading = new StreamReading(device.Outputs);
        byte[] first = Stream(protocol, 2, 200);
        byte[][] frames = [.. Enumerable.Range(201, 2_000).Select(protocol.Frame)];
        Feed(scanner, device, reading, first);

        long before = GC.GetAllocatedBytesForCurrentThread();
        foreach (byte[] frame in frames)
        {
            Feed(scanner, device, reading, frame);
        }

        Allocations.AssertNone(frames.Length, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static byte[] Stream(ProtocolCase protocol, int first, int count) =>
        [.. Enumerable.Range(first, count).SelectMany(protocol.Frame)];

    private static (int Samples, FrameCounters Counters) Decode(ProtocolCase protocol, byte[] stream, int step)
    {
        StreamProtocol device = protocol.Create();
        StreamScanner scanner = device.CreateScanner(new FrameCounters());
        var reading = new StreamReading(device.Outputs);
        int samples = 0;
        for (int at = 0; at < stream.Length; at += step)
        {
            samples += Feed(scanner, device, reading, stream.AsSpan(at, Math.Min(step, stream.Length - at)));
        }

        return (samples, scanner.Counters);
    }

    private static int Feed(
        StreamScanner scanner, StreamProtocol device, StreamReading reading, ReadOnlySpan<byte> bytes)
    {
        int samples = 0;
        while (true)
        {
            int taken = scanner.Append(bytes);
            bytes = bytes[taken..];
            while (scanner.TryRead(out ReadOnlySpan<byte> frame))
            {
                reading.Clear();
                samples += Take(device, frame, reading);
            }

            if (bytes.IsEmpty)
            {
                return samples;
            }
        }
    }

    private static int Take(StreamProtocol device, ReadOnlySpan<byte> frame, StreamReading reading)
    {
        try
        {
            return device.Decode(frame, reading) == FrameVerdict.Sample ? 1 : 0;
        }
        catch (SensorException)
        {
            // A whole frame that says that the device is set up wrongly: a state, not damage.
            return 0;
        }
    }
}
