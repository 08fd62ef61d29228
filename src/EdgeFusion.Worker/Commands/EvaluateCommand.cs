using System.CommandLine;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.OnnxRuntime;
using EdgeFusion.Pipeline;
using EdgeFusion.Recording;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Evaluation;

namespace EdgeFusion.Worker.Commands;

/// <summary>edgefusion evaluate: how good a model is on labelled recordings, through the runtime itself.</summary>
internal static class EvaluateCommand
{
    private static readonly Argument<string[]> RecordingFiles = new("recordings")
    {
        Description = "Labelled recordings (.mcap, .bag, rosbag2).",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string> Model = new("--model")
    {
        Description = "Model name or folder.",
        Required = true,
    };

    private static readonly Option<string> Masks = new("--masks")
    {
        Description = "Subsets of the sensors: full (all as recorded), leave-one-out, only-one, every (all three).",
        DefaultValueFactory = _ => "full",
    };

    private static readonly Option<int> Stride = StrideOption.Create();

    private static readonly Option<bool> NoContext = new("--no-context")
    {
        Description = "Tell the model nothing of its context, even where the recording knows.",
    };

    private static readonly Option<string> Provider = new("--provider")
    {
        Description = "cpu, cuda, tensorrt or auto.",
        DefaultValueFactory = _ => "cpu",
    };

    private static readonly Option<string> Precision = EngineOptions.Precision();
    private static readonly Option<string> Graph = EngineOptions.Graph();

    private static readonly Option<bool> Compare = new("--compare")
    {
        Description = "Also say on how many windows the whole model in fp32 decides the same.",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON object." };

    public static Command Create()
    {
        Masks.AcceptOnlyFromAmong(EvaluationMask.Kinds);
        var command = new Command("evaluate", """
            Compare a model's answers with the labels of recordings: accuracy, macro-F1 and calibration error (15 bins)
            per head, window by window, pooled per object (label "group", and "trial" where there is one; mean of the
            windows' log-probabilities), and for the windows of each other label, such as a behaviour.

            Examples:
              edgefusion evaluate ur5.mcap --model ur5-objects --masks every
              edgefusion evaluate monday.mcap tuesday.mcap --model workcell --json
            """)
        {
            RecordingFiles, Model, Masks, Stride, NoContext, Provider, Precision, Graph, Compare, Json,
        };
        command.SetAction((parsed, stopping) => Task.Run(() => Run(parsed, stopping)));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken stopping)
    {
        int stride = StrideOption.Checked(parsed, Stride);
        Recordings.Require(parsed.GetValue(RecordingFiles)!);
        ModelBundle bundle = Engines.OpenBundle(parsed.GetValue(Model)!, parsed.GetValue(Precision)!);
        using IInferenceEngine engine = Engines.Open(bundle, new OnnxEngineOptions
        {
            Providers = [parsed.GetValue(Provider)!],
            Graph = Engines.Graph(parsed.GetValue(Graph)!),
        });
        using IInferenceEngine? reference = parsed.GetValue(Compare) ? Reference(parsed.GetValue(Model)!) : null;
        var evaluator = new Evaluator(
            engine, EvaluationMask.Of(bundle.Manifest, parsed.GetValue(Masks)!), stride, reference);
        foreach (string path in parsed.GetValue(RecordingFiles)!)
        {
            Evaluate(path, bundle.Manifest, evaluator, !parsed.GetValue(NoContext), stopping);
        }

        if (stopping.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }

        foreach (string label in evaluator.UnknownLabels)
        {
            Console.Error.WriteLine($"note: the model has no label {label}; those windows do not count there");
        }

        if (evaluator.Labelled == 0)
        {
            throw new RecordingException(
                $"No window has a label of a head of '{bundle.Manifest.Name}' ("
                + string.Join(", ", bundle.Manifest.Heads.Select(head => head.Name))
                + "). Labels must cover a whole window; see `edgefusion import`.");
        }

        if (parsed.GetValue(Json))
        {
            using var buffer = new MemoryStream();
            EvaluationReport.WriteJson(buffer, bundle.Manifest, evaluator);
            Console.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
        }
        else
        {
            EvaluationReport.Print(bundle.Manifest, evaluator);
        }

        return ExitCode.Success;
    }

    private static IInferenceEngine Reference(string model) => Engines.Open(
        Engines.OpenBundle(model, ModelBundle.FullPrecision),
        new OnnxEngineOptions { Providers = ["cpu"], Graph = GraphChoice.Whole });

    private static void Evaluate(
        string path, ModelManifest manifest, Evaluator evaluator, bool context, CancellationToken stopping)
    {
        using RecordingFeed feed = Recordings.OpenFeed(path);
        LabelTrack labels = LabelTrack.Read(feed.File);
        evaluator.Begin(Path.GetFileNameWithoutExtension(path), labels);
        using var pipeline = new VirtualPipeline(
            new VirtualSetup
            {
                Manifest = manifest,
                Origin = feed.Origin,
                Windows = evaluator,
                Context = context ? new RecordedContext(manifest, labels) : null,
            },
            feed.Sensors);
        foreach (string problem in pipeline.Plan.Problems)
        {
            Console.Error.WriteLine($"note: {problem}");
        }

        double length = Math.Max(1, feed.End.NanosecondsSince(feed.Origin));
        ProgressLine.Run(Path.GetFileName(path), report => pipeline.Run(
            new ReportingFeed(feed, now => report(now.NanosecondsSince(feed.Origin) / length)), stopping));
    }
}
