using System.Runtime.InteropServices;
using EdgeFusion.Buffering;
using EdgeFusion.Sensing;
using EdgeFusion.Testing;
using EdgeFusion.Time;
using static EdgeFusion.Tests.Windowing.TestSensors;

namespace EdgeFusion.Tests.Buffering;

public sealed class SensorRingTests
{
    [Fact]
    public void A_sample_header_takes_32_bytes() => Assert.Equal(32, Marshal.SizeOf<SampleHeader>());

    [Fact]
    public void The_two_indices_lie_on_cache_lines_of_their_own()
    {
        long published = Marshal.OffsetOf<RingCounters>(nameof(RingCounters.Published)).ToInt64();
        long claimed = Marshal.OffsetOf<RingCounters>(nameof(RingCounters.Claimed)).ToInt64();

        Assert.True(published >= 128);
        Assert.True(claimed - published >= 128);
        Assert.True(Marshal.SizeOf<RingCounters>() - claimed >= 128);
    }

    [Fact]
    public void A_full_ring_overwrites_its_oldest_sample_and_counts_it()
    {
        var ring = new SensorRing(Vector(), 4);

        for (int i = 0; i < 10; i++)
        {
            Put(ring, i, i, -i);
        }

        Assert.Equal(10, ring.Published);
        Assert.Equal(6, ring.Oldest);
        Assert.Equal(6, ring.Overwritten);
        for (long sequence = 6; sequence < 10; sequence++)
        {
            Assert.Equal(sequence, ring.Header(sequence).Sequence);
            Assert.Equal((float)sequence, MemoryMarshal.Cast<byte, float>(ring.Payload(sequence))[0]);
        }
    }

    [Fact]
    public void A_claim_endangers_the_oldest_sample_only()
    {
        var ring = new SensorRing(Vector(), 4);
        for (int i = 0; i < 4; i++)
        {
            Put(ring, i, i, i);
        }

        Assert.True(ring.IsIntact(0));
        ring.Claim();

        Assert.False(ring.IsIntact(0));
        Assert.True(ring.IsIntact(1));
    }

    [Fact]
    public void Claiming_twice_gives_the_same_slot()
    {
        var ring = new SensorRing(Vector(), 4);

        ring.Claim()[0] = 77;

        Assert.Equal(77, ring.Claim()[0]);
        Assert.Equal(0, ring.Published);
    }

    [Fact]
    public void Publishing_without_a_claim_is_a_defect()
    {
        var ring = new SensorRing(Vector(), 4);

        Assert.Throws<InvalidOperationException>(() => ring.Publish(At(0), At(0), 8, SampleFlags.None));
    }

    [Fact]
    public void A_run_ends_at_the_wrap()
    {
        var ring = new SensorRing(Vector(), 4);
        for (int i = 0; i < 6; i++)
        {
            Put(ring, i, i, i);
        }

        Assert.Equal(2 * 8, ring.Run(2, 4).Length);
        Assert.Equal(2 * 8, ring.Run(4, 2).Length);
    }

    [Fact]
    public void A_reader_is_told_once_per_overrun_how_much_it_lost()
    {
        var ring = new SensorRing(Vector(), 16);
        var reader = new RingReader(ring);
        var payload = new byte[ring.SlotBytes];
        for (int i = 0; i < 40; i++)
        {
            Put(ring, i, i, i);
        }

        Assert.Equal(RingRead.Overrun, reader.TryRead(out _, payload));
        long read = 0;
        while (reader.TryRead(out SampleHeader header, payload) == RingRead.Read)
        {
            Assert.Equal((float)header.Sequence, MemoryMarshal.Cast<byte, float>(payload)[0]);
            read++;
        }

        Assert.Equal(40, read + reader.Lost);
    }

    [Fact]
    public void A_reader_beside_a_racing_writer_never_sees_a_torn_sample()
    {
        const int Samples = 300_000;
        var ring = new SensorRing(Vector(width: 16), 64);
        var reader = new RingReader(ring);
        var writer = new Thread(() => Race(ring, Samples));
        var payload = new byte[ring.SlotBytes];
        long read = 0;
        writer.Start();
        while (reader.Next < Samples)
        {
            if (reader.TryRead(out SampleHeader header, payload) != RingRead.Read)
            {
                continue;
            }

            read++;
            foreach (float value in MemoryMarshal.Cast<byte, float>(payload))
            {
                Assert.Equal((float)header.Sequence, value);
            }
        }

        writer.Join();
        Assert.Equal(Samples, read + reader.Lost);
    }

    [Fact]
    public void Writing_and_reading_allocate_nothing()
    {
        var ring = new SensorRing(Vector(), 64);
        var reader = new RingReader(ring);
        var payload = new byte[ring.SlotBytes];
        Timestamp at = At(0);
        Cycle(10);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Cycle(10_000);

        Allocations.AssertNone(10_000, GC.GetAllocatedBytesForCurrentThread() - before);

        void Cycle(int count)
        {
            for (int i = 0; i < count; i++)
            {
                ring.Claim()[0] = 1;
                ring.Publish(at, at, 8, SampleFlags.None);
                reader.TryRead(out _, payload);
            }
        }
    }

    private static void Race(SensorRing ring, int samples)
    {
        for (int i = 0; i < samples; i++)
        {
            MemoryMarshal.Cast<byte, float>(ring.Claim()).Fill(i);
            ring.Publish(At(i), At(i), ring.SlotBytes, SampleFlags.None);
        }
    }
}
