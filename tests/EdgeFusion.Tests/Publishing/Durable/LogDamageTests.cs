using EdgeFusion.Publishing;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace EdgeFusion.Tests.Publishing.Durable;

/// <summary>Whatever happens to the files: no exception, what can be read is sent, what is missing is told.</summary>
public sealed class LogDamageTests
{
    private const int Messages = 12;

    [Fact]
    public void Truncation_at_every_byte_leaves_the_valid_prefix()
    {
        using var bench = new LogBench();
        byte[] whole = Written(bench);
        int last = -1;
        for (int length = 0; length <= whole.Length; length++)
        {
            int[] sent = SentAfter(bench, whole[..length], out _);

            Assert.Equal(Enumerable.Range(0, sent.Length), sent);
            Assert.InRange(sent.Length, last, Messages);
            last = sent.Length;
        }

        Assert.Equal(Messages, last);
    }

    [Fact]
    public void Any_flipped_bit_costs_at_most_its_own_record_which_is_declared()
    {
        using var bench = new LogBench();
        byte[] whole = Written(bench);
        Prop.ForAll(Gen.Choose(0, (whole.Length * 8) - 1).ToArbitrary(), bit =>
        {
            byte[] damaged = [.. whole];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));

            int[] sent = SentAfter(bench, damaged, out GapRange[] gaps);

            Assert.Equal(sent.Order().Distinct(), sent);
            Assert.InRange(sent.Length, Messages - 1, Messages);
            int[] missing = [.. Enumerable.Range(0, Messages).Except(sent)];
            bool inside = missing is [> 0 and < Messages - 1];
            Assert.Equal(inside ? missing.Select(m => (long)m) : [], gaps.Select(gap => gap.From));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Fact]
    public void Any_damage_of_several_bytes_neither_throws_nor_invents()
    {
        using var bench = new LogBench();
        byte[] whole = Written(bench);
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            byte[] damaged = [.. whole];
            int begin = random.Next(whole.Length);
            random.NextBytes(damaged.AsSpan(begin, random.Next(whole.Length - begin)));

            int[] sent = SentAfter(bench, damaged, out GapRange[] gaps);

            Assert.Equal(sent.Order().Distinct(), sent);
            Assert.All(sent, number => Assert.InRange(number, 0, Messages - 1));
            Assert.All(gaps, gap => Assert.DoesNotContain(sent, number => number >= gap.From && number <= gap.To));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    private static byte[] Written(LogBench bench)
    {
        bench.Broker.IsUp = false;
        Outbox outbox = bench.Open();
        LogBench.Send(outbox, 0, Messages);
        outbox.Dispose();
        bench.Broker.IsUp = true;
        string file = Assert.Single(bench.Files());
        byte[] bytes = File.ReadAllBytes(file);
        return bytes.AsSpan().TrimEnd((byte)0).ToArray();
    }

    private static int[] SentAfter(LogBench bench, byte[] file, out GapRange[] gaps)
    {
        foreach (string old in bench.Files())
        {
            File.Delete(old);
        }

        File.WriteAllBytes(Path.Combine(bench.Folder, "outbox-0000000000000001.log"), file);
        int before = bench.Numbers().Length;
        using Outbox outbox = bench.Open();
        bench.Run(outbox);
        LogBench.AssertAddsUp(outbox);
        gaps = outbox.Gaps.Snapshot();
        return bench.Numbers()[before..];
    }
}
