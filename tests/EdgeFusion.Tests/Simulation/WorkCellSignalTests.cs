using EdgeFusion.Sensing;
using EdgeFusion.Simulator;
using EdgeFusion.Testing;
using Xunit;

namespace EdgeFusion.Tests.Simulation;

public class WorkCellSignalTests
{
    private const double Gravity = 9.80665;

    [Theory]
    [InlineData("22g", 0.022)]
    [InlineData("50g", 0.050)]
    [InlineData("100g", 0.100)]
    [InlineData("150g", 0.150)]
    public void The_wrist_carries_the_object_in_hold(string label, double kilograms)
    {
        ulong seed = SimulatedStreams.SeedFor("weight", label);
        var options = new WorkCellOptions { Seed = seed, Episodes = 1 };
        var clean = new WorkCell(options with { Wrist = options.Wrist with { Difficulty = 0 } });

        double fieldForce = SimulatedStreams.Mean(
            SimulatedStreams.Rows(new WorkCell(options), SimulatedStreams.Wrist, "hold", 0.1, 0.9), 2);
        double cleanForce = SimulatedStreams.Mean(
            SimulatedStreams.Rows(clean, SimulatedStreams.Wrist, "hold", 0.1, 0.9), 2);

        // Container tolerance of 1 g sigma: 0.03 N; the field's zero error of 0.12 N and its drift at 3.5 sigma.
        Assert.InRange(cleanForce, (kilograms * Gravity) - 0.04, (kilograms * Gravity) + 0.04);
        Assert.InRange(fieldForce, cleanForce - 0.6, cleanForce + 0.6);
    }

    [Fact]
    public void The_wrist_is_unloaded_before_the_pick_and_after_the_drop()
    {
        ulong seed = SimulatedStreams.SeedFor("weight", "150g");
        var options = new WorkCellOptions { Seed = seed, Episodes = 1 };
        var cell = new WorkCell(options with { Wrist = options.Wrist with { Difficulty = 0 } });

        double before = SimulatedStreams.Mean(SimulatedStreams.Rows(cell, 2, "grasp", 0.75, 0.84), 2);
        double after = SimulatedStreams.Mean(SimulatedStreams.Rows(cell, 2, "drop", 0.38, 0.42), 2);

        Assert.InRange(before, -0.1, 0.1);
        Assert.InRange(after, -0.1, 0.1);
    }

    [Fact]
    public void A_load_adds_its_lever_to_the_shoulder()
    {
        // Same seed, so the same motion; the load alone differs: tau_2 changes by m g r with r = 0.42..0.48 m.
        double[] torque = new double[2];
        WorkCell cell = SimulatedStreams.Cell(1, SimulatedStreams.SeedFor("weight", "150g"));
        List<float[]> held = SimulatedStreams.Rows(cell, SimulatedStreams.Arm, "drop", 0.15, 0.24);
        List<float[]> released = SimulatedStreams.Rows(cell, SimulatedStreams.Arm, "drop", 0.32, 0.42);
        torque[0] = SimulatedStreams.Mean(held, 14 + 1);
        torque[1] = SimulatedStreams.Mean(released, 14 + 1);

        double expected = 0.150 * Gravity * 0.45;
        Assert.InRange(Math.Abs(torque[0] - torque[1]), 0.7 * expected, 1.3 * expected);
    }

    [Theory]
    [InlineData("rice")]
    [InlineData("pasta")]
    [InlineData("nutsandbolts")]
    [InlineData("buttons")]
    [InlineData("dices")]
    [InlineData("marbles")]
    public void A_shake_is_heard_and_a_hold_is_not(string content)
    {
        WorkCell cell = SimulatedStreams.Cell(1, SimulatedStreams.SeedFor("content", content));

        double hold = SimulatedStreams.Rms(SimulatedStreams.Rows(cell, SimulatedStreams.Microphone, "hold"));
        double shake = SimulatedStreams.Rms(SimulatedStreams.Rows(cell, SimulatedStreams.Microphone, "shake"));

        Assert.True(shake > 2 * hold, $"hold {hold:F4}, shake {shake:F4}");
        Assert.InRange(shake, 0.003, 0.5);
    }

    [Fact]
    public void The_content_cannot_be_heard_in_a_hold()
    {
        // Without room noise and motors of interest, a hold of dices sounds like a hold of nothing: the heap rests.
        double[] rms = new double[2];
        string[] contents = ["empty", "dices"];
        for (int i = 0; i < 2; i++)
        {
            var options = new WorkCellOptions { Seed = SimulatedStreams.SeedFor("content", contents[i]), Episodes = 1 };
            var cell = new WorkCell(options with { Microphone = options.Microphone with { Difficulty = 0 } });
            rms[i] = SimulatedStreams.Rms(SimulatedStreams.Rows(cell, 1, "hold", 0.2, 0.8));
        }

        Assert.InRange(rms[1] / rms[0], 0.5, 2);
    }

    [Fact]
    public void The_joints_shake_faster_than_in_any_other_behaviour()
    {
        WorkCell cell = SimulatedStreams.Cell();

        double[] peaks = [.. WorkCell.LabelsOf("behaviour").Select(behaviour =>
            SimulatedStreams.Rows(cell, SimulatedStreams.Arm, behaviour).Max(row => Math.Abs(row[7 + 5])))];

        Assert.Equal(peaks.Max(), peaks[3]);
        Assert.InRange(peaks[3], 1.0, 4.0);
    }

    [Fact]
    public void Speeds_are_the_derivative_of_positions()
    {
        WorkCell cell = SimulatedStreams.Cell();
        List<float[]> rows = SimulatedStreams.Rows(cell, SimulatedStreams.Arm, "shake", 0.3, 0.7);

        // 20 periods of 4 ms smooth encoder noise; a shake of 3 Hz bends the secant by some percent.
        for (int i = 0; i + 20 < rows.Count; i += 10)
        {
            double secant = (rows[i + 20][5] - rows[i][5]) / 0.080;
            double mean = rows.Skip(i).Take(21).Average(row => row[12]);
            Assert.InRange(secant - mean, -0.15, 0.15);
        }
    }

    [Fact]
    public void The_hue_of_the_seen_object_tells_its_colour()
    {
        WorkCell cell = SimulatedStreams.Cell(40, 9);
        int right = 0;
        for (int episode = 0; episode < 40; episode++)
        {
            right += ObjectColour.Guess(cell, episode) == SimulatedStreams.LabelsOfEpisode(cell, episode)[0] ? 1 : 0;
        }

        // The crude rule of a test: difference to the empty table, then hue. A trained model does better.
        Assert.True(right >= 28, $"{right} of 40");
    }

    [Fact]
    public void Nothing_is_allocated_per_sample()
    {
        foreach (ISampleSource source in SimulatedStreams.Cell(3).CreateSources())
        {
            byte[] payload = new byte[source.Info.Layout.MaxSampleBytes];
            Pull(source, payload, 100);

            long before = GC.GetAllocatedBytesForCurrentThread();
            Pull(source, payload, 1200);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

            Allocations.AssertNone(1_200, allocated);
        }
    }

    [Fact]
    public void A_payload_of_the_wrong_length_is_refused()
    {
        using ISampleSource source = SimulatedStreams.Cell().CreateSources()[SimulatedStreams.Wrist];
        Assert.True(source.TryAdvance(out _));

        Assert.Throws<ArgumentException>(() => source.Fill(new byte[23]));
    }

    private static void Pull(ISampleSource source, byte[] payload, int samples)
    {
        for (int i = 0; i < samples && source.TryAdvance(out _); i++)
        {
            source.Fill(payload);
        }
    }
}
