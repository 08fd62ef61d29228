using System.CommandLine;
using System.Globalization;
using EdgeFusion.Models;
using EdgeFusion.Pipeline;
using EdgeFusion.Recording;
using EdgeFusion.Recording.Windows;
using EdgeFusion.Sensing;
using EdgeFusion.Simulator;
using EdgeFusion.Time;
using EdgeFusion.Worker.Composition;

namespace EdgeFusion.Worker.Commands;

/// <summary>edgefusion windows: training windows cut by the runtime's own aligner and binder.</summary>
internal static class WindowsCommand
{
    public static Command Create()
    {
        var recordings = new Argument<string[]>("recordings")
        {
            Description = "Recordings (.mcap, .bag, rosbag2) to cut.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var model = new Option<string>("--model")
        {
            Description = "Model name, folder, or path of a manifest or window spec.",
            Required = true,
        };
        var to = new Option<string>("--to") { Description = "Window file (.npz) to write.", Required = true };
        Option<int> stride = StrideOption.Create();
        var unlabelled = new Option<bool>("--unlabelled") { Description = "Keep windows without any label too." };
        var simulate = new Option<long>("--simulate")
        {
            Description = "Cut windows of this many simulated objects, without a recording in between.",
        };
        var seed = new Option<ulong>("--seed")
        {
            Description = "Seed of the simulated cell.",
            DefaultValueFactory = _ => 1,
        };
        var command = new Command("windows", """
            Cut labelled training windows with the runtime's own aligner and binder, so that training and serving
            cannot differ.

            Examples:
              edgefusion windows ur5.mcap --model models/training/specs/ur5-objects.json --to ur5.npz
              edgefusion windows --simulate 400 --seed 3 --stride 5 --model workcell --to cell.npz
            """)
        {
            recordings, model, to, stride, unlabelled, simulate, seed,
        };
        command.SetAction((parsed, stopping) => Task.FromResult(Run(
            new Request(
                parsed.GetValue(recordings) ?? [], parsed.GetValue(to)!, parsed.GetValue(simulate),
                parsed.GetValue(seed)),
            ModelPaths.ReadSpec(parsed.GetValue(model)!),
            new WindowFileOptions
            {
                Stride = StrideOption.Checked(parsed, stride),
                KeepUnlabelled = parsed.GetValue(unlabelled),
            },
            stopping)));
        return command;
    }

    private static int Run(
        Request request, ModelManifest manifest, WindowFileOptions options, CancellationToken stopping)
    {
        if (request.Recordings.Length == 0 && request.SimulatedEpisodes == 0)
        {
            throw new ConfigurationException("Name at least one recording, or --simulate N.");
        }

        Recordings.Require(request.Recordings);
        string folder = Path.GetDirectoryName(Path.GetFullPath(request.Target))!;
        using var file = new WindowFile(manifest, options, folder);
        foreach (string path in request.Recordings)
        {
            CutRecording(path, manifest, file, stopping);
        }

        if (request.SimulatedEpisodes > 0)
        {
            CutSimulation(request, manifest, file, stopping);
        }

        if (stopping.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }

        if (file.Count == 0)
        {
            string unknown = file.UnknownLabels.Count == 0 ? "" : " Labels that the model does not know: "
                + string.Join(", ", file.UnknownLabels) + ".";
            throw new RecordingException(
                $"No window is left to write: {file.LeftOut} had no label or no sensor.{unknown} --unlabelled keeps "
                + "windows without labels.");
        }

        file.Save(request.Target);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{request.Target}: {file.Count} windows ({file.LeftOut} left out)"));
        foreach (string label in file.UnknownLabels)
        {
            Console.WriteLine($"note: the model has no label {label}; those windows have -1 there");
        }

        return ExitCode.Success;
    }

    private static void CutRecording(
        string path, ModelManifest manifest, WindowFile file, CancellationToken stopping)
    {
        using RecordingFeed feed = Recordings.OpenFeed(path);
        LabelTrack track = LabelTrack.Read(feed.File);
        file.Begin(Path.GetFileNameWithoutExtension(path), Recordings.Sha256(path), track);
        var setup = new VirtualSetup
        {
            Manifest = manifest,
            Origin = feed.Origin,
            Windows = file,
            Context = new RecordedContext(manifest, track),
        };
        Cut(feed, feed.End, setup, Path.GetFileName(path), stopping);
    }

    private static void CutSimulation(
        Request request, ModelManifest manifest, WindowFile file, CancellationToken stopping)
    {
        var cell = new WorkCell(new WorkCellOptions { Seed = request.Seed, Episodes = request.SimulatedEpisodes });
        var track = new LabelTrack();
        foreach (LabelInterval label in cell.Labels())
        {
            track.Add(new LabelSpan(label.Head, label.Label, label.Start, label.End));
        }

        string name = string.Create(CultureInfo.InvariantCulture, $"simulation-{request.Seed}");
        file.Begin(name, "", track.Sorted());
        using var feed = new MergedFeed(cell.CreateSources());
        var setup = new VirtualSetup
        {
            Manifest = manifest,
            Origin = cell.Options.Start,
            Windows = file,
            Context = new RecordedContext(manifest, track),
        };
        Cut(feed, cell.End, setup, name, stopping);
    }

    private static void Cut(
        ISampleFeed feed, Timestamp end, VirtualSetup setup, string title, CancellationToken stopping)
    {
        using var pipeline = new VirtualPipeline(setup, feed.Sensors);
        foreach (string problem in pipeline.Plan.Problems)
        {
            Console.Error.WriteLine($"note: {problem}");
        }

        double length = Math.Max(1, end.NanosecondsSince(setup.Origin));
        ProgressLine.Run(title, report =>
        {
            var watched = new ReportingFeed(feed, now => report(now.NanosecondsSince(setup.Origin) / length));
            pipeline.Run(watched, stopping);
        });
    }

    private sealed record Request(string[] Recordings, string Target, long SimulatedEpisodes, ulong Seed);
}
