using System.CommandLine;
using System.Globalization;
using EdgeFusion.Worker.Regress;

namespace EdgeFusion.Worker.Commands;

/// <summary>edgefusion regress: a model against another one, or against its own past, over many recordings.</summary>
internal static class RegressCommand
{
    private static readonly Argument<string> Recordings = new("recordings")
    {
        Description = "Folder with recordings (.mcap, .bag, rosbag2), or one recording.",
    };

    private static readonly Option<string> Model = new("--model")
    {
        Description = "Model under test: name or folder.",
        Required = true,
    };

    private static readonly Option<string> Against = new("--against")
    {
        Description = "Model, or the folder 'now' of an earlier run's --out, to compare with.",
        Required = true,
    };

    private static readonly Option<string> Out = new("--out")
    {
        Description = "Folder for predictions, report.json, report.html and junit.xml.",
        DefaultValueFactory = _ => "regress",
    };

    private static readonly Option<int> Jobs = new("--jobs")
    {
        Description = "Processes at a time. Default: half the cores.",
        DefaultValueFactory = _ => Math.Max(1, Environment.ProcessorCount / 2),
    };

    private static readonly Option<double> MinAgreement = new("--min-agreement")
    {
        Description = "Smallest part of the windows with the same labels, 0..1.",
        DefaultValueFactory = _ => 0.95,
    };

    private static readonly Option<double> MaxAccuracyDrop = new("--max-accuracy-drop")
    {
        Description = "Most that a head's accuracy may fall, 0..1.",
        DefaultValueFactory = _ => 0.01,
    };

    private static readonly Option<double> MaxLatencyRatio = new("--max-latency-ratio")
    {
        Description = "Most times that inference may take longer; 0 = any.",
    };

    public static Command Create()
    {
        var command = new Command("regress", """
            Replay recordings with a model and compare its predictions with another model's, or with earlier ones.
            Exit code 3 where a threshold is not kept.

            Examples:
              edgefusion regress recordings/ --model new --against workcell --out regress/
              edgefusion regress recordings/ --model workcell --against golden/now
            """)
        {
            Recordings, Model, Against, Out, Jobs, MinAgreement, MaxAccuracyDrop, MaxLatencyRatio,
        };
        command.SetAction(async (parsed, stopping) =>
        {
            RegressRequest request = Request(parsed);
            RegressResult result = await new RegressRun(request)
                .RunAsync(_ => { }, stopping).ConfigureAwait(false);
            await File.WriteAllTextAsync(
                Path.Combine(request.Out, "report.json"), RegressFiles.Json(result), stopping).ConfigureAwait(false);
            await File.WriteAllTextAsync(
                Path.Combine(request.Out, "report.html"), RegressHtml.Of(result), stopping).ConfigureAwait(false);
            RegressFiles.JUnit(result).Save(Path.Combine(request.Out, "junit.xml"));
            Print(result);
            return result.Faults.Count == 0 ? ExitCode.Success : ExitCode.Different;
        });
        return command;
    }

    private static RegressRequest Request(ParseResult parsed)
    {
        var request = new RegressRequest
        {
            Recordings = parsed.GetValue(Recordings)!,
            Model = parsed.GetValue(Model)!,
            Against = parsed.GetValue(Against)!,
            Out = parsed.GetValue(Out)!,
            Jobs = parsed.GetValue(Jobs),
            MinAgreement = parsed.GetValue(MinAgreement),
            MaxAccuracyDrop = parsed.GetValue(MaxAccuracyDrop),
            MaxLatencyRatio = parsed.GetValue(MaxLatencyRatio),
        };
        return request is
        {
            Jobs: >= 1 and <= 256, MinAgreement: >= 0 and <= 1, MaxAccuracyDrop: >= 0 and <= 1, MaxLatencyRatio: >= 0,
        }
            ? request
            : throw new ConfigurationException("--jobs is 1..256, fractions are 0..1, --max-latency-ratio 0 or more.");
    }

    private static void Print(RegressResult result)
    {
        foreach (RecordingComparison recording in result.Recordings)
        {
            Line(recording.Failure is { } failure
                ? (FormattableString)$"recording    {recording.Name}: {failure}"
                : $"recording    {recording.Name}: agreement {recording.Agreement:P2} of {recording.Windows} windows");
        }

        Line($"agreement    {result.Agreement:P2} of {result.Windows} windows, {result.Unmatched} without counterpart");
        foreach (string head in result.Now.Keys)
        {
            if (RegressResult.Accuracy(result.Now, head) is { } now)
            {
                string before = RegressResult.Accuracy(result.Before, head) is { } old
                    ? string.Create(CultureInfo.InvariantCulture, $", before {old:F4}") : "";
                Line($"accuracy     {head} {now:F4}{before}");
            }
        }

        foreach (string fault in result.Faults)
        {
            Line($"not kept     {fault}");
        }

        Line($"reports      {Path.Combine(result.Request.Out, "report.html")}");
    }

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
