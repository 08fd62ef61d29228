using System.Collections.Immutable;
using System.Diagnostics;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.OnnxRuntime;
using EdgeFusion.Pipeline;
using EdgeFusion.Predictions;
using EdgeFusion.Recording;
using EdgeFusion.Sensing;
using EdgeFusion.Time;
using EdgeFusion.Worker.Commands;
using EdgeFusion.Worker.Composition;

namespace EdgeFusion.Worker.Replay;

/// <summary>One replay from opening to summary.</summary>
internal sealed class ReplayRun : IDisposable
{
    private readonly ReplayRequest _request;
    private readonly ModelManifest _manifest;
    private readonly RecordingFeed _feed;
    private readonly List<IDisposable> _owned = [];
    private readonly ExpectSink? _expect;
    private readonly AccuracySink _accuracy;
    private readonly VirtualPipeline _pipeline;
    private readonly SteeredReplay? _steered;
    private readonly ReplayControl _control;
    private readonly RecordingCuts? _cuts;
    private readonly string _cutsReason = "";
    private readonly EngineInfo? _engine;
    private readonly CancellationTokenSource _quit;
    private Action<Timestamp> _progress = static _ => { };

    public ReplayRun(ReplayRequest request, CancellationToken stopping)
    {
        _request = request;
        _quit = Own(CancellationTokenSource.CreateLinkedTokenSource(stopping));
        _control = new ReplayControl { Speed = request.Speed };
        ImmutableArray<IInferenceEngine> engines = [];
        if (request.Inference)
        {
            engines = OpenEngines(request);
            _manifest = engines[0].Manifest;
            _engine = engines[0].Info;
        }
        else
        {
            _manifest = ModelPaths.ReadSpec(request.Model);
        }

        _feed = Own(Recordings.OpenFeed(request.Recording, request.Modalities, request.Recover));
        Timestamp origin = Restrict(request);
        LabelTrack labels = LabelTrack.Read(_feed.File);
        _accuracy = new AccuracySink(_manifest, labels);
        ImmutableArray<IPredictionSink> sinks = Sinks(request, stopping);
        _expect = sinks.OfType<ExpectSink>().FirstOrDefault();
        if (request.RepeatCuts && !request.IsAltered)
        {
            _cuts = RecordingCuts.TryOpen(
                request.Recording, _manifest, Recordings.ReadOptions(request.Recover), out _cutsReason);
        }

        var setup = new VirtualSetup
        {
            Manifest = _manifest,
            Origin = origin,
            Engines = engines,
            Sinks = sinks,
            Context = new RecordedContext(_manifest, labels),
            ExplainEvery = request.ExplainEvery,
            InferAside = request.Speed > 0 || request.Interactive,
            Epoch = sinks.OfType<ReplayPublisher>().FirstOrDefault()?.Epoch ?? 0,
        };
        if (request.Speed > 0 || request.IsSteered)
        {
            _steered = Own(new SteeredReplay(setup, _feed, _cuts, _control, Alter, Adapters.Pacer()));
        }

        _pipeline = _steered?.Pipeline ?? Own(new VirtualPipeline(setup, _feed.Sensors));
    }

    /// <summary>Replays and prints the summary.</summary>
    /// <returns>The exit code.</returns>
    public int Run(CancellationToken stopping)
    {
        Announce();
        long begin = Stopwatch.GetTimestamp();
        if (_request.IsSteered)
        {
            Play(static _ => { });
        }
        else
        {
            ProgressLine.Run("replaying", Play);
        }

        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        _expect?.Finish();
        var facts = new ReplaySummary.Facts(
            _manifest, _engine, _feed, _pipeline, _accuracy, _expect, _cuts is not null, seconds, _steered?.PaceError)
        {
            Played = _request.IsSteered
                ? null
                : Math.Max(0, Math.Min(_feed.DurationSeconds, _request.To ?? double.MaxValue) - _request.From),
        };
        ReplaySummary.Print(facts);
        if (_request.Summary is { } path)
        {
            SummaryFile.Write(path, facts);
        }

        return stopping.IsCancellationRequested ? ExitCode.Interrupted
            : _expect is { Different: > 0 } ? ExitCode.Different : ExitCode.Success;
    }

    public void Dispose()
    {
        _cuts?.Dispose();
        for (int i = _owned.Count - 1; i >= 0; i--)
        {
            _owned[i].Dispose();
        }
    }

    private void Play(Action<double> report)
    {
        double length = Math.Max(1, _feed.End.NanosecondsSince(_feed.Origin));
        _progress = now => report(now.NanosecondsSince(_feed.Origin) / length);
        if (_steered is not null)
        {
            Steer(_steered);
        }
        else if (_cuts is null)
        {
            _pipeline.Run(Alter(_feed), _quit.Token);
        }
        else
        {
            _pipeline.Run(Alter(_feed), _cuts, _quit.Token);
        }
    }

    private void Steer(SteeredReplay steered)
    {
        if (_request.Step)
        {
            _control.Step();
        }

        if (_request.IsSteered)
        {
            new ReplayKeys(_control, Console.In, _quit.Cancel).Start();
        }

        steered.Run(_quit.Token);
    }

    private ISampleFeed Alter(ISampleFeed feed)
    {
        feed = new ReportingFeed(feed, now => _progress(now));
        return _request.Muted.Length > 0 || _request.Faults.Length > 0
            ? new AlteredFeed(feed, _feed.Origin, _request.Muted, _request.Faults)
            : feed;
    }

    /// <summary>Reads only the range asked for; the windows stay on the recording's grid.</summary>
    private Timestamp Restrict(ReplayRequest request)
    {
        if (request.From <= 0 && request.To is null)
        {
            return _feed.Origin;
        }

        Timestamp from = _feed.Origin + TimeSpan.FromSeconds(request.From);
        Timestamp to = request.To is { } end ? _feed.Origin + TimeSpan.FromSeconds(end) : Timestamp.MaxValue;
        _feed.Restrict(from, to);
        long hop = _manifest.Window.HopNanoseconds;
        return _feed.Origin.AddNanoseconds(from.NanosecondsSince(_feed.Origin) / hop * hop);
    }

    private void Announce()
    {
        foreach (string problem in _pipeline.Plan.Problems)
        {
            Console.Error.WriteLine($"note: {problem}; that input stays without it");
        }

        foreach (string skipped in _feed.Skipped)
        {
            Console.Error.WriteLine($"note: {skipped}");
        }

        foreach (ModelChange change in ModelChange.Read(_feed.File))
        {
            Console.Error.WriteLine(
                $"note: live, {change.To} took over from {change.From} at window {change.Window}; this replay runs "
                + $"{_manifest.Name} {_manifest.Version} throughout");
        }

        bool any = false;
        for (int i = 0; i < _pipeline.Plan.Feeds.Length; i++)
        {
            any |= _pipeline.Plan.Feeds[i] is not null;
            if (_pipeline.Plan.Feeds[i] is null)
            {
                Console.Error.WriteLine(
                    $"note: nothing in the recording feeds '{_manifest.Inputs[i].Modality}': it is masked throughout");
            }
        }

        if (!any)
        {
            throw new RecordingException(
                $"No sensor of '{_request.Recording}' fits any input of the model '{_manifest.Name}'. Choose another "
                + "model, or map topics with --map TOPIC=MODALITY.");
        }

        if (_request.RepeatCuts && _request.IsAltered)
        {
            Console.Error.WriteLine("note: this is not what was recorded; decisions are taken afresh");
        }

        if (_request.RepeatCuts && _cuts is null && _cutsReason.Contains("other windows", StringComparison.Ordinal))
        {
            Console.Error.WriteLine($"note: {_cutsReason}; deciding afresh");
        }
    }

    private ImmutableArray<IPredictionSink> Sinks(ReplayRequest request, CancellationToken stopping)
    {
        ImmutableArray<IPredictionSink>.Builder sinks = ImmutableArray.CreateBuilder<IPredictionSink>();
        sinks.Add(_accuracy);
        if (request.Out is { } path)
        {
            sinks.Add(Own(new JsonLinesSink(File.Create(path), _manifest)));
        }

        if (request.Expect is { } golden)
        {
            sinks.Add(Own(new ExpectSink(golden, _manifest)));
        }

        if (request.PublishTo is not null)
        {
            sinks.Add(Own(new ReplayPublisher(request, _manifest, _engine, stopping)));
        }

        if (request.IsSteered)
        {
            sinks.Add(new WindowLineSink(_feed.Origin, _control, Console.Out));
        }

        return sinks.ToImmutable();
    }

    private ImmutableArray<IInferenceEngine> OpenEngines(ReplayRequest request)
    {
        ModelBundle bundle = Engines.OpenBundle(request.Model, request.Precision);
        var options = new OnnxEngineOptions
        {
            Providers = request.Providers,
            Graph = Engines.Graph(request.Graph),
        };
        ImmutableArray<IInferenceEngine>.Builder engines = ImmutableArray.CreateBuilder<IInferenceEngine>();
        for (int i = 0; i < request.Threads; i++)
        {
            engines.Add(Own(Engines.Open(bundle, options)));
            if (request.Speed > 0)
            {
                // The first run takes many times as long as the others: the samples would not wait for it.
                Engines.WarmUp(engines[^1]);
            }
        }

        return engines.ToImmutable();
    }

    private T Own<T>(T item)
        where T : IDisposable
    {
        _owned.Add(item);
        return item;
    }
}
