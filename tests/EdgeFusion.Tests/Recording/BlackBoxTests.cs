using System.Runtime.InteropServices;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Recording;
using EdgeFusion.Sensing;
using EdgeFusion.Testing;
using static EdgeFusion.Tests.Windowing.TestSensors;

namespace EdgeFusion.Tests.Recording;

public sealed class BlackBoxTests
{
    private readonly Streams _streams = new();

    [Fact]
    public void A_trigger_writes_what_was_before_and_what_follows()
    {
        using BlackBox box = Box(beforeMs: 100, afterMs: 50);

        Pass(box, 0, 500);
        box.Trigger("test");
        Pass(box, 500, 500);

        Assert.Equal(1, _streams.Count);
        uint[] sequences = [.. _streams.Messages(0, "/force").Select(m => m.Sequence)];
        Assert.InRange(sequences[0], 399u, 401u);
        Assert.InRange(sequences[^1], 549u, 551u);
        Assert.Equal(Enumerable.Range((int)sequences[0], sequences.Length).Select(i => (uint)i), sequences);
        Assert.Contains("\"reason\":\"test\"", _streams.Messages(0, "/edgefusion/triggers").Single().Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Triggers_that_overlap_make_one_file()
    {
        using BlackBox box = Box(beforeMs: 100, afterMs: 50);

        Pass(box, 0, 500);
        box.Trigger("first");
        Pass(box, 500, 40);
        box.Trigger("second");
        Pass(box, 540, 40);
        box.Trigger("third");
        Pass(box, 580, 400);
        box.Trigger("later");
        Pass(box, 980, 400);

        Assert.Equal(2, _streams.Count);
        Assert.Equal(3, _streams.Messages(0, "/edgefusion/triggers").Count);
        Assert.InRange(_streams.Messages(0, "/force")[^1].Sequence, 629u, 631u);
        Assert.InRange(_streams.Messages(1, "/force")[0].Sequence, 879u, 881u);
    }

    [Fact]
    public void A_file_reaches_no_further_than_its_longest_however_often_it_is_triggered()
    {
        using BlackBox box = Box(beforeMs: 10, afterMs: 50, longestMs: 200);

        for (int i = 0; i < 40; i++)
        {
            box.Trigger("again");
            Pass(box, i * 20, 20);
        }

        box.Finish();
        Assert.True(_streams.Count > 2);
        Assert.True(_streams.Messages(0, "/force").Count < 260);
    }

    [Fact]
    public void Memory_is_bounded_and_what_it_squeezed_out_is_counted()
    {
        using BlackBox box = Box(beforeMs: 10_000, afterMs: 1_000, memory: 8_192);

        Pass(box, 0, 5_000);
        box.Trigger("test");
        Pass(box, 5_000, 500);
        box.Finish();

        uint[] sequences = [.. _streams.Messages(0, "/force").Select(m => m.Sequence)];
        Assert.True(box.Squeezed > 4_000);
        Assert.Equal(5_499u, sequences[^1]);
        Assert.Equal(Enumerable.Range((int)sequences[0], sequences.Length).Select(i => (uint)i), sequences);
        Assert.True(sequences[0] is > 4_800 and < 5_000);
    }

    [Fact]
    public void Keeping_costs_no_byte_of_garbage()
    {
        using BlackBox box = Box(beforeMs: 200, afterMs: 50, memory: 1 << 20);
        Pass(box, 0, 2_000);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Pass(box, 2_000, 10_000);

        Allocations.AssertNone(8_000, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void The_memory_gives_back_exactly_what_it_was_given_in_order()
    {
        var random = new Random(7);
        var ring = new EntryRing(4_096);
        var expected = new Queue<(long Sequence, byte[] Payload)>();
        for (int i = 0; i < 20_000; i++)
        {
            var payload = new byte[random.Next(600)];
            random.NextBytes(payload);
            while (!ring.TryAppend(3, new SampleHeader { Sequence = i }, payload))
            {
                Assert.True(ring.TryPeek(out RingEntry entry, out ReadOnlySpan<byte> found));
                (long sequence, byte[] wanted) = expected.Dequeue();
                Assert.Equal(sequence, entry.Header.Sequence);
                Assert.True(found.SequenceEqual(wanted));
                ring.Remove();
            }

            expected.Enqueue((i, payload));
            Assert.Equal(expected.Count, ring.Count);
            Assert.InRange(ring.UsedBytes, 1, 4_096);
        }
    }

    [Fact]
    public void A_rule_fires_once_per_episode_and_only_when_it_has_lasted()
    {
        var rule = new PredictionRule("h", "b", 0.8, TimeSpan.FromMilliseconds(250));
        ModelManifest manifest = Manifest(VectorInput(100));
        double[] probabilities = [0.9, 0.9, 0.5, 0.9, 0.9, 0.9, 0.9, 0.9, 0.1, 0.9, 0.9, 0.9, 0.9];

        var fired = new List<int>();
        for (int i = 0; i < probabilities.Length; i++)
        {
            var prediction = new Prediction(manifest) { End = At(100 * i), Quality = PredictionQuality.Full };
            prediction.Heads[0].Values[1] = (float)probabilities[i];
            if (rule.Fires(prediction))
            {
                fired.Add(i);
            }
        }

        Assert.Equal([6, 12], fired);
    }

    private BlackBox Box(int beforeMs, int afterMs, int longestMs = 60_000, int memory = 1 << 20)
    {
        var box = new BlackBox((_, _) => _streams.Open(At(0)), new BlackBoxOptions
        {
            Before = TimeSpan.FromMilliseconds(beforeMs),
            After = TimeSpan.FromMilliseconds(afterMs),
            Longest = TimeSpan.FromMilliseconds(longestMs),
            MemoryBytes = memory,
        });
        box.AddSensor(Vector(), At(0));
        box.AddModel(Manifest(VectorInput(100)));
        return box;
    }

    /// <summary>A sample per millisecond, and a round after each.</summary>
    private static void Pass(BlackBox box, int from, int count)
    {
        Span<float> values = [1, 2];
        for (int i = from; i < from + count; i++)
        {
            var header = new SampleHeader { Sequence = i, Capture = At(i), Arrival = At(i) };
            box.WriteSample(0, header, MemoryMarshal.AsBytes(values));
            box.Maintain(At(i));
        }
    }
}
