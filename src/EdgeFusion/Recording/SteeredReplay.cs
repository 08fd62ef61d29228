using System.Collections.Immutable;
using EdgeFusion.Diagnostics;
using EdgeFusion.Models;
using EdgeFusion.Pipeline;
using EdgeFusion.Predictions;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Recording;

/// <summary>Runs the pipeline over a recording as a <see cref="ReplayControl"/> says.</summary>
/// <remarks>
/// <para>
/// After a seek the rings are filled from some way before, so that the windows from there on are those of an unbroken
/// replay, bit for bit: recorded decisions are repeated, others taken afresh from the same samples. One word can
/// differ: a sensor that has said nothing for longer than <see cref="LeadNanoseconds"/> reads "missing" instead of
/// "stale"; it is masked either way.
/// </para>
/// <para><b>Threading.</b> One thread runs it and calls the sinks; the control is for all. <b>Ownership.</b> Feed,
/// decisions and engines stay the caller's.</para>
/// </remarks>
public sealed class SteeredReplay : IDisposable
{
    private readonly RecordingFeed _feed;
    private readonly RecordingCuts? _cuts;
    private readonly ReplayControl _control;
    private readonly Func<ISampleFeed, ISampleFeed> _alter;
    private readonly IPacer? _pacer;
    private readonly PipelineClock _clock = new(TimeProvider.System);
    private readonly SteeredSink _sink;
    private readonly ReadAheadFeed.Buffer _ahead;

    /// <summary>Prepares a replay; the feed is at its beginning.</summary>
    /// <param name="setup">Model, origin, engines and sinks.</param>
    /// <param name="feed">The samples.</param>
    /// <param name="cuts">The recorded decisions; null to decide afresh.</param>
    /// <param name="control">The control.</param>
    /// <param name="alter">Wraps the samples, anew after each seek; null for none.</param>
    /// <param name="pacer">Waits for the samples' instants; null = the system's timer with its steps of a millisecond.
    /// </param>
    public SteeredReplay(
        VirtualSetup setup, RecordingFeed feed, RecordingCuts? cuts, ReplayControl control,
        Func<ISampleFeed, ISampleFeed>? alter = null, IPacer? pacer = null)
    {
        ArgumentNullException.ThrowIfNull(setup);
        ArgumentNullException.ThrowIfNull(feed);
        ArgumentNullException.ThrowIfNull(control);
        (_feed, _cuts, _control, _alter) = (feed, cuts, control, alter ?? (static same => same));
        _pacer = pacer;
        _sink = new SteeredSink(control, setup.Sinks);
        _ahead = ReadAheadFeed.Buffer.For(feed.Sensors);
        Pipeline = new VirtualPipeline(setup with { Sinks = [_sink] }, feed.Sensors);
        LeadNanoseconds = Lead(setup, feed.Sensors);
    }

    /// <summary>The pipeline, for its counts.</summary>
    public VirtualPipeline Pipeline { get; }

    /// <summary>How long before a place the samples are read for it.</summary>
    public long LeadNanoseconds { get; }

    /// <summary>Distance of each sample from its instant, early or late, at a speed other than 0.</summary>
    public LatencyHistogram PaceError { get; } = new();

    /// <summary>Replays until the recording's end, or as the control says; cancelling stops it.</summary>
    /// <exception cref="RecordingException">The recording is damaged.</exception>
    public void Run(CancellationToken stopping = default)
    {
        using CancellationTokenRegistration wake = stopping.Register(_control.Wake);
        _control.Begin(_feed.From, _feed.To);
        Timestamp? shownFrom = Timestamp.MinValue;
        while (shownFrom is { } from)
        {
            Play(from, stopping);
            shownFrom = _control.Next(stopping);
            if (shownFrom is { } next)
            {
                Timestamp lead = next.AddNanoseconds(-LeadNanoseconds);
                _feed.Seek(lead);
                _cuts?.Seek(next);
                Pipeline.Restart(next, lead);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Pipeline.Dispose();

    private static long Lead(VirtualSetup setup, IReadOnlyList<SensorInfo> sensors)
    {
        long gap = 0;
        foreach (ModelInput input in setup.Manifest.Inputs)
        {
            gap = Math.Max(gap, input.MaxGapNanoseconds);
        }

        foreach (SensorInfo sensor in sensors)
        {
            gap = Math.Max(gap, setup.SensorOptions.StaleNanoseconds(sensor));
        }

        return gap + (2 * setup.Manifest.Window.LengthNanoseconds);
    }

    private void Play(Timestamp shownFrom, CancellationToken stopping)
    {
        using var play = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _sink.Stopping = play.Token;
        using var ahead = new ReadAheadFeed(_feed, _ahead);
        var feed = new SteeredFeed(
            _alter(ahead), _control, _clock, _pacer, PaceError, shownFrom, Pipeline.HandOutReady, play);
        using IDisposable? pace = _pacer?.Enter();
        if (_cuts is null)
        {
            Pipeline.Run(feed, play.Token);
        }
        else
        {
            Pipeline.Run(feed, _cuts, play.Token);
        }
    }

    /// <summary>Holds windows back while the replay stands still.</summary>
    private sealed class SteeredSink(ReplayControl control, ImmutableArray<IPredictionSink> sinks) : IPredictionSink
    {
        public string Name => "steered";

        public CancellationToken Stopping { get; set; }

        public void Write(Prediction prediction)
        {
            if (!control.AwaitWindow(Stopping))
            {
                return;
            }

            foreach (IPredictionSink sink in sinks)
            {
                sink.Write(prediction);
            }
        }
    }
}
