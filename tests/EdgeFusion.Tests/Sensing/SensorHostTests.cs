using System.Collections.Concurrent;
using EdgeFusion.Buffering;
using EdgeFusion.Diagnostics;
using EdgeFusion.Sensing;
using EdgeFusion.Testing;
using EdgeFusion.Time;
using static EdgeFusion.Tests.Windowing.TestSensors;

namespace EdgeFusion.Tests.Sensing;

/// <summary>Devices that fail, end, hang or have defects; real clock, pauses of milliseconds.</summary>
public sealed class SensorHostTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly SensorRing _ring = new(Vector(), 64);
    private readonly PipelineClock _clock = new(TimeProvider.System);
    private readonly StateLog _log = new();

    [Fact]
    public void A_sensor_that_fails_is_opened_again_until_it_delivers()
    {
        int attempts = 0;
        using SensorHost host = Host((sink, stopping) =>
        {
            if (Interlocked.Increment(ref attempts) < 4)
            {
                throw new SensorException("the cable is out");
            }

            Deliver(sink, 3);
            stopping.WaitHandle.WaitOne();
        });

        host.Start();
        _log.WaitFor(SensorState.Faulted, Patience);
        WaitUntil(() => _ring.Published == 3);
        host.UpdateState(_clock.Now);

        Assert.Equal(SensorState.Live, host.State);
        Assert.Equal(3, host.Restarts);
        Assert.Equal("the cable is out", _log.Reasons.First());

        // Three failures in a row are one episode.
        Assert.Single(_log.States, SensorState.Faulted);
    }

    [Fact]
    public void An_attempt_that_took_long_to_fail_counts_as_the_pause_after_it()
    {
        const int Attempts = 6;
        var time = new ManualTimeProvider();
        var clock = new PipelineClock(time);
        var begins = new ConcurrentQueue<Timestamp>();
        using var host = new SensorHost(
            new ScriptedSensor((_, _) =>
            {
                begins.Enqueue(clock.Now);
                time.Advance(TimeSpan.FromSeconds(2));
                throw new SensorException("it does not answer");
            }),
            _ring, TimeSpan.FromSeconds(10), new SensorHostOptions(), clock, _log);

        host.Start();
        while (begins.Count < Attempts)
        {
            int before = begins.Count;
            time.Advance(TimeSpan.FromMilliseconds(10));
            SpinWait.SpinUntil(() => begins.Count > before, TimeSpan.FromMilliseconds(20));
        }

        // Five attempts of 2 s and pauses of 0.1 s; with the pauses after them it would be 12.5 s.
        Timestamp[] all = [.. begins];
        Assert.InRange((all[Attempts - 1] - all[0]).TotalSeconds, 10.4, 12);
    }

    [Fact]
    public void A_defect_of_an_adapter_is_reported_and_does_not_end_the_process()
    {
        using SensorHost host = Host((_, _) => throw new InvalidCastException("oops"));

        host.Start();
        _log.WaitFor(SensorState.Faulted, Patience);

        Assert.Contains("defect in the adapter: InvalidCastException: oops", _log.Reasons);
    }

    [Fact]
    public void A_source_that_ends_is_stopped_and_not_opened_again()
    {
        int attempts = 0;
        using SensorHost host = Host((sink, _) =>
        {
            Interlocked.Increment(ref attempts);
            Deliver(sink, 1);
        });

        host.Start();
        _log.WaitFor(SensorState.Stopped, Patience);

        Assert.Equal(1, attempts);
        Assert.Equal(SensorState.Stopped, host.State);
    }

    [Fact]
    public void A_silent_sensor_turns_stale_and_live_again_with_one_report_each()
    {
        using var speak = new SemaphoreSlim(0);
        using SensorHost host = Host((sink, stopping) =>
        {
            while (!stopping.IsCancellationRequested)
            {
                Deliver(sink, 1);
                speak.Wait(stopping);
            }
        });
        host.Start();
        WaitUntil(() => _ring.Published == 1);

        Timestamp arrival = _ring.Header(0).Arrival;
        host.UpdateState(arrival);
        host.UpdateState(arrival + TimeSpan.FromMilliseconds(500));
        host.UpdateState(arrival + TimeSpan.FromMilliseconds(900));
        speak.Release();
        WaitUntil(() => _ring.Published == 2);
        host.UpdateState(_ring.Header(1).Arrival);

        Assert.Equal([SensorState.Live, SensorState.Stale, SensorState.Live], _log.States);
    }

    [Fact]
    public void A_sensor_that_hangs_does_not_hold_up_the_stop()
    {
        using var release = new ManualResetEventSlim();
        var host = Host((_, _) => release.Wait(CancellationToken.None));
        host.Start();
        long begin = Environment.TickCount64;

        host.Dispose();

        Assert.InRange(Environment.TickCount64 - begin, 0, 10_000);
        release.Set();
    }

    private static void WaitUntil(Func<bool> condition) =>
        Assert.True(SpinWait.SpinUntil(condition, Patience), "it did not happen");

    private SensorHost Host(Action<SampleSink, CancellationToken> capture) => new(
        new ScriptedSensor(capture), _ring, TimeSpan.FromSeconds(10),
        new SensorHostOptions
        {
            FirstBackoff = TimeSpan.FromMilliseconds(1),
            LongestBackoff = TimeSpan.FromMilliseconds(4),
        },
        _clock, _log);

    private static void Deliver(SampleSink sink, int count)
    {
        for (int i = 0; i < count; i++)
        {
            sink.Claim().Clear();
            Assert.Equal(SampleRejection.None, sink.Commit(sink.Clock.Now, sink.Claim().Length));
        }
    }

    private sealed class ScriptedSensor(Action<SampleSink, CancellationToken> capture) : ISensor
    {
        public SensorInfo Info { get; } = Vector();

        public void Capture(SampleSink sink, CancellationToken stopping) => capture(sink, stopping);

        public void Dispose()
        {
        }
    }

    private sealed class StateLog : IPipelineObserver
    {
        private readonly ConcurrentQueue<(SensorState State, string Reason)> _changes = new();

        public IEnumerable<SensorState> States => _changes.Select(change => change.State);

        public IEnumerable<string> Reasons => _changes.Select(change => change.Reason);

        public void WaitFor(SensorState state, TimeSpan patience) =>
            Assert.True(SpinWait.SpinUntil(() => States.Contains(state), patience), $"never {state}");

        public void SensorChanged(SensorInfo sensor, SensorState from, SensorState to, string reason) =>
            _changes.Enqueue((to, reason));

        public void SkippingChanged(bool skipping, long skippedSoFar)
        {
        }

        public void EngineChanged(string? failure)
        {
        }

        public void SinkChanged(string sink, string? problem)
        {
        }
    }
}
