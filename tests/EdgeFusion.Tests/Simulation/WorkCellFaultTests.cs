using System.Runtime.InteropServices;
using EdgeFusion.Sensing;
using EdgeFusion.Simulator;
using Xunit;

namespace EdgeFusion.Tests.Simulation;

public class WorkCellFaultTests
{
    [Fact]
    public void A_mute_sensor_is_silent_for_the_interval_and_flags_the_gap_once()
    {
        List<(SampleHeader Header, float[] Values)> samples = Wrist(Fault(SensorFaultKind.Mute));

        Assert.DoesNotContain(samples, s => Seconds(s.Header) is >= 4 and < 6);
        (SampleHeader first, _) = Assert.Single(samples, s => s.Header.Flags == SampleFlags.Gap);
        Assert.InRange(Seconds(first), 6, 6.01);
        Assert.Equal(Enumerable.Range(0, samples.Count), samples.Select(s => (int)s.Header.Sequence));
    }

    [Theory]
    [InlineData(SimulatedStreams.Camera)]
    [InlineData(SimulatedStreams.Microphone)]
    [InlineData(SimulatedStreams.Wrist)]
    [InlineData(SimulatedStreams.Arm)]
    public void A_stuck_sensor_repeats_its_last_payload_and_then_goes_on(int sensor)
    {
        SensorFault stuck = new(SensorFaultKind.Stuck, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(6));
        WorkCellOptions o = new() { Seed = 5, Episodes = 1 };
        o = o with
        {
            Camera = o.Camera with { Faults = [stuck] },
            Microphone = o.Microphone with { Faults = [stuck] },
            Wrist = o.Wrist with { Faults = [stuck] },
            Arm = o.Arm with { Faults = [stuck] },
        };
        List<(double Seconds, byte[] Bytes)> samples = Payloads(new WorkCell(o), sensor, 3.9, 6.1);
        List<(double Seconds, byte[] Bytes)> healthy = Payloads(SimulatedStreams.Cell(), sensor, 3.9, 6.1);

        byte[] last = healthy.Last(s => s.Seconds < 4).Bytes;
        Assert.Equal(healthy.Count, samples.Count);
        for (int i = 0; i < samples.Count; i++)
        {
            bool frozen = samples[i].Seconds is >= 4 and < 6;
            Assert.Equal(frozen ? last : healthy[i].Bytes, samples[i].Bytes);
        }
    }

    [Fact]
    public void A_late_line_delays_arrivals_and_keeps_their_order()
    {
        List<(SampleHeader Header, float[] Values)> samples = Wrist(
            Fault(SensorFaultKind.Late) with { Delay = TimeSpan.FromMilliseconds(80) });

        foreach ((SampleHeader header, _) in samples)
        {
            double ms = header.Arrival.NanosecondsSince(header.Capture) * 1e-6;
            Assert.True(Seconds(header) is < 4 or >= 6 ? ms < 82 : ms >= 80);
        }

        for (int i = 1; i < samples.Count; i++)
        {
            Assert.True(samples[i].Header.Arrival >= samples[i - 1].Header.Arrival);
        }
    }

    [Fact]
    public void Garbage_is_nothing_like_a_wrench()
    {
        List<(SampleHeader Header, float[] Values)> samples = Wrist(Fault(SensorFaultKind.Garbage));

        int absurd = samples.Count(s => Seconds(s.Header) is >= 4 and < 6
            && s.Values.Any(v => !float.IsFinite(v) || Math.Abs(v) > 1000));
        Assert.InRange(absurd, 900, 1000);
        Assert.All(samples, s => Assert.True(
            Seconds(s.Header) is >= 4 and < 6 || s.Values.All(v => Math.Abs(v) < 100)));
    }

    [Fact]
    public void Lost_samples_are_as_many_as_asked_for_and_leave_gap_flags()
    {
        WorkCellOptions o = new() { Episodes = 4 };
        var single = new WorkCell(o with { Wrist = o.Wrist with { DropoutProbability = 0.1 } });
        var bursts = new WorkCell(o with { Wrist = o.Wrist with { DropoutsPerMinute = 20 } });

        List<SampleHeader> fewer = SimulatedStreams.Headers(single.CreateSources()[SimulatedStreams.Wrist]);
        List<SampleHeader> holed = SimulatedStreams.Headers(bursts.CreateSources()[SimulatedStreams.Wrist]);

        Assert.InRange(fewer.Count, 26_500, 27_500);
        int gaps = holed.Count(h => h.Flags == SampleFlags.Gap);
        Assert.InRange(gaps, 8, 32);
        Assert.InRange(30_000 - holed.Count, gaps * 100, gaps * 200);
    }

    private static double Seconds(SampleHeader header) =>
        header.Capture.NanosecondsSince(new WorkCellOptions().Start) * 1e-9;

    private static SensorFault Fault(SensorFaultKind kind) =>
        new(kind, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(6));

    private static List<(SampleHeader Header, float[] Values)> Wrist(SensorFault fault)
    {
        WorkCellOptions options = new() { Seed = 5, Episodes = 1 };
        var cell = new WorkCell(options with { Wrist = options.Wrist with { Faults = [fault] } });
        using ISampleSource source = cell.CreateSources()[SimulatedStreams.Wrist];
        List<(SampleHeader Header, float[] Values)> samples = [];
        byte[] payload = new byte[source.Info.Layout.MaxSampleBytes];
        while (source.TryAdvance(out SampleHeader header))
        {
            source.Fill(payload);
            samples.Add((header, MemoryMarshal.Cast<byte, float>(payload).ToArray()));
        }

        return samples;
    }

    private static List<(double Seconds, byte[] Bytes)> Payloads(WorkCell cell, int sensor, double from, double to)
    {
        using ISampleSource source = cell.CreateSources()[sensor];
        List<(double Seconds, byte[] Bytes)> payloads = [];
        while (source.TryAdvance(out SampleHeader header))
        {
            if (Seconds(header) >= from && Seconds(header) < to)
            {
                byte[] payload = new byte[header.Length];
                source.Fill(payload);
                payloads.Add((Seconds(header), payload));
            }
        }

        return payloads;
    }
}
