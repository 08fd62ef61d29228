using System.Collections.Immutable;
using System.Security.Cryptography;
using EdgeFusion.Sensing;
using EdgeFusion.Simulator;
using Xunit;

namespace EdgeFusion.Tests.Simulation;

public class WorkCellDeterminismTests
{
    [Fact]
    public void Same_seed_gives_the_same_bytes_whatever_the_order_of_pulling()
    {
        WorkCell cell = SimulatedStreams.Cell(2);

        string[] oneAfterTheOther = [.. cell.CreateSources().Select(SimulatedStreams.Hash)];
        string[] inTurn = HashInTurn(cell.CreateSources(), 7);

        Assert.Equal(oneAfterTheOther, inTurn);
    }

    [Fact]
    public async Task Same_seed_gives_the_same_bytes_on_four_threads()
    {
        WorkCell cell = SimulatedStreams.Cell();

        string[] alone = [.. cell.CreateSources().Select(SimulatedStreams.Hash)];
        string[] together = await Task.WhenAll(
            cell.CreateSources().Select(source => Task.Run(() => SimulatedStreams.Hash(source))));

        Assert.Equal(alone, together);
    }

    [Fact]
    public void Another_seed_gives_other_bytes_in_every_stream()
    {
        string[] one = [.. SimulatedStreams.Cell(1, 5).CreateSources().Select(SimulatedStreams.Hash)];
        string[] other = [.. SimulatedStreams.Cell(1, 6).CreateSources().Select(SimulatedStreams.Hash)];

        for (int i = 0; i < one.Length; i++)
        {
            Assert.NotEqual(one[i], other[i]);
        }
    }

    [Fact]
    public void A_payload_does_not_depend_on_whether_earlier_ones_were_filled()
    {
        foreach (int sensor in new[] { 0, 1, 2, 3 })
        {
            byte[] always = LastPayload(sensor, fillAll: true);
            byte[] once = LastPayload(sensor, fillAll: false);

            Assert.Equal(always, once);
        }
    }

    [Fact]
    public void Lost_samples_leave_the_others_as_they_were()
    {
        var lossy = new WorkCellOptions { Seed = 5, Episodes = 1 };
        lossy = lossy with { Microphone = lossy.Microphone with { DropoutProbability = 0.3 } };
        Dictionary<long, byte[]> whole = ByCapture(SimulatedStreams.Cell().CreateSources()[1]);
        Dictionary<long, byte[]> partial = ByCapture(new WorkCell(lossy).CreateSources()[1]);

        Assert.InRange(partial.Count, whole.Count / 2, whole.Count * 9 / 10);
        foreach ((long capture, byte[] payload) in partial)
        {
            Assert.Equal(whole[capture], payload);
        }
    }

    [Fact]
    public void The_streams_are_the_same_on_every_machine()
    {
        // These change when the physics changes, and then on purpose. They must not differ between processors.
        string[] hashes = [.. SimulatedStreams.Cell(1, 1).CreateSources().Select(s => SimulatedStreams.Hash(s)[..16])];

        Assert.Equal(GoldenHashes, hashes);
    }

    private static readonly string[] GoldenHashes =
        ["b4f3703c24a54f91", "2412bb18844d4154", "5af330f428dab62d", "29bf3565a3d39225"];

    private static string[] HashInTurn(ImmutableArray<ISampleSource> sources, int burst)
    {
        var hashes = new IncrementalHash[sources.Length];
        byte[] payload = new byte[128 * 96 * 3];
        bool[] done = new bool[sources.Length];
        for (int i = 0; i < sources.Length; i++)
        {
            hashes[i] = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        }

        while (done.Contains(false))
        {
            for (int i = sources.Length - 1; i >= 0; i--)
            {
                for (int n = 0; n < burst + i && !done[i]; n++)
                {
                    if (sources[i].TryAdvance(out SampleHeader header))
                    {
                        SimulatedStreams.Append(hashes[i], sources[i], header, payload);
                    }
                    else
                    {
                        done[i] = true;
                    }
                }
            }
        }

        return [.. hashes.Select(hash => Convert.ToHexStringLower(hash.GetHashAndReset()))];
    }

    private static byte[] LastPayload(int sensor, bool fillAll)
    {
        using ISampleSource source = SimulatedStreams.Cell().CreateSources()[sensor];
        byte[] payload = new byte[source.Info.Layout.MaxSampleBytes];
        long until = (long)(9 * source.Info.RateHz / source.Info.FramesPerBlock);
        for (long i = 0; i < until; i++)
        {
            Assert.True(source.TryAdvance(out _));
            if (fillAll)
            {
                source.Fill(payload);
            }
        }

        source.Fill(payload);
        return payload;
    }

    private static Dictionary<long, byte[]> ByCapture(ISampleSource source)
    {
        Dictionary<long, byte[]> samples = [];
        while (source.TryAdvance(out SampleHeader header))
        {
            byte[] payload = new byte[header.Length];
            source.Fill(payload);
            samples.Add(header.Capture.Nanoseconds, payload);
        }

        return samples;
    }
}
