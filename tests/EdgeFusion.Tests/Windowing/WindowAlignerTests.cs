using System.Collections.Immutable;
using EdgeFusion.Buffering;
using EdgeFusion.Models;
using EdgeFusion.Sensing;
using EdgeFusion.Windowing;
using static EdgeFusion.Tests.Windowing.TestSensors;

namespace EdgeFusion.Tests.Windowing;

public sealed class WindowAlignerTests
{
    private readonly SensorRing _force = new(Vector(), 1_024);
    private readonly SensorRing _camera = new(Camera(), 64);
    private readonly WindowCut _cut = new(2);
    private readonly WindowAligner _aligner;

    public WindowAlignerTests() => _aligner = Aligner(skip: false);

    [Fact]
    public void A_window_does_not_leave_before_its_end()
    {
        FillForce(0, 1_100);
        FillCamera(0, 1_100);

        Assert.False(_aligner.TryCut(At(999.9), _cut));
        Assert.True(_aligner.TryCut(At(1_000), _cut));
        Assert.Equal(CutOutcome.Settled, _cut.Outcome);
    }

    [Fact]
    public void A_young_frame_settles_the_camera_without_waiting_for_the_next_one()
    {
        FillForce(0, 1_000);

        // 980 + 33.3 x 0.75 = 1005 ms: no frame can lie between 980 and 1000 any more.
        PutFrame(980);

        Assert.True(_aligner.TryCut(At(1_000), _cut));
        Assert.Equal(SensorCondition.Settled, _cut.Inputs[1].Condition);
    }

    [Fact]
    public void An_older_frame_makes_the_window_wait_for_the_next_one()
    {
        FillForce(0, 1_000);
        PutFrame(965);

        Assert.False(_aligner.TryCut(At(1_000), _cut));
        PutFrame(998.3, 1_020);
        Assert.True(_aligner.TryCut(At(1_020), _cut));
        Assert.Equal(CutOutcome.Settled, _cut.Outcome);
    }

    [Fact]
    public void The_deadline_ends_the_wait()
    {
        FillForce(0, 1_000);
        PutFrame(900);

        Assert.False(_aligner.TryCut(At(1_049.9), _cut));
        Assert.True(_aligner.TryCut(At(1_050), _cut));
        Assert.Equal(CutOutcome.Deadline, _cut.Outcome);
        Assert.Equal(SensorCondition.Pending, _cut.Inputs[1].Condition);
    }

    [Fact]
    public void A_sensor_that_never_spoke_is_not_waited_for()
    {
        FillForce(0, 1_000);

        Assert.True(_aligner.TryCut(At(1_000), _cut));
        Assert.Equal(SensorCondition.Silent, _cut.Inputs[1].Condition);
        Assert.Equal(CutOutcome.Settled, _cut.Outcome);
    }

    [Fact]
    public void A_sensor_silent_for_longer_than_its_limit_is_not_waited_for()
    {
        FillForce(0, 1_000);
        PutFrame(700);

        // The limit is 250 ms: Stale from 950 ms on.
        Assert.True(_aligner.TryCut(At(1_000), _cut));
        Assert.Equal(SensorCondition.Stale, _cut.Inputs[1].Condition);
    }

    [Fact]
    public void A_window_is_cut_once_and_never_revised()
    {
        FillForce(0, 1_000);
        PutFrame(980);
        Assert.True(_aligner.TryCut(At(1_000), _cut));
        long bound = _cut.Inputs[1].Bound;

        PutFrame(990);

        Assert.False(_aligner.TryCut(At(1_001), _cut));
        Assert.Equal(1, bound);
        Assert.Equal(1, _aligner.NextWindow);
    }

    [Fact]
    public void Live_the_newest_window_wins_and_the_others_are_counted()
    {
        WindowAligner live = Aligner(skip: true);
        FillForce(0, 3_000);
        FillCamera(0, 3_000);
        Assert.True(live.TryCut(At(1_000), _cut));

        // Two seconds pass in the engine: windows 1..18 are overdue, 19 (end 2.9 s, due 2.95 s) is the newest due.
        Assert.True(live.TryCut(At(3_000), _cut));

        Assert.Equal(19, _cut.Window);
        Assert.Equal(18, live.Skipped);
    }

    [Fact]
    public void In_virtual_time_no_window_is_ever_skipped()
    {
        FillForce(0, 3_000);
        FillCamera(0, 3_000);

        for (int window = 0; window < 20; window++)
        {
            Assert.True(_aligner.TryCut(At(3_000), _cut));
            Assert.Equal(window, _cut.Window);
        }

        Assert.Equal(0, _aligner.Skipped);
    }

    [Fact]
    public void Triggers_name_the_end_then_the_moment_of_staleness_then_the_deadline()
    {
        FillForce(0, 1_000);
        PutFrame(760);

        Assert.Equal(At(1_000), _aligner.NextTrigger(At(500)));
        Assert.False(_aligner.TryCut(At(1_000), _cut));
        Assert.Equal(At(1_010).AddNanoseconds(1), _aligner.NextTrigger(At(1_000)));
        Assert.Equal(At(1_050), _aligner.NextTrigger(At(1_020)));
    }

    private static long CameraStale => new SensorHostOptions().StaleNanoseconds(Camera());

    private WindowAligner Aligner(bool skip)
    {
        ImmutableArray<BoundInput> inputs =
        [
            new BoundInput(VectorInput(100), _force, 10_000_000_000),
            new BoundInput(CameraInput(5, 2, 4, 5), _camera, CameraStale),
        ];
        return new WindowAligner(new WindowGrid(At(0), Manifest().Window), inputs, skip);
    }

    private void FillForce(double from, double to)
    {
        for (double at = from; at <= to; at += 10)
        {
            Put(_force, at, 1, 1);
        }
    }

    private void FillCamera(double from, double to)
    {
        for (double at = from; at <= to; at += 1_000.0 / 30)
        {
            PutFrame(at);
        }
    }

    private void PutFrame(double at, double arrival = -1)
    {
        _camera.Claim();
        _camera.Publish(At(at), At(arrival < 0 ? at : arrival), _camera.SlotBytes, SampleFlags.None);
    }
}
