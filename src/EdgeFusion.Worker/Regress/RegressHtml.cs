using System.Globalization;
using System.Net;
using System.Text;

namespace EdgeFusion.Worker.Regress;

/// <summary>The result for people: one file, plots inside, nothing loaded from elsewhere.</summary>
internal static class RegressHtml
{
    private const int PlotWidth = 720;
    private const int BarHeight = 16;
    private const int LabelWidth = 260;
    private const int MostChanged = 200;

    private const string Style = """
        body{font:14px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:62rem;padding:0 1rem;color:#1b1f24}
        table{border-collapse:collapse;width:100%}td,th{padding:.25rem .5rem;border-bottom:1px solid #d8dee4;
        text-align:left}td.n{text-align:right;font-variant-numeric:tabular-nums}.bad{color:#b42318}.good{color:#067647}
        svg text{font:12px system-ui,sans-serif}h1,h2{line-height:1.2}
        """;

    public static string Of(RegressResult result)
    {
        var html = new StringBuilder();
        html.Append("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Regression</title><style>")
            .Append(Style).Append("</style><h1>").Append(Text(result.Request.Model)).Append(" against ")
            .Append(Text(result.Request.Against)).Append("</h1>");
        Verdict(html, result);
        Heads(html, result);
        html.Append("<h2>Agreement by recording</h2>");
        Plot(html, result.Recordings);
        html.Append("<h2>Where they differ</h2>");
        foreach (RecordingComparison recording in result.Recordings)
        {
            Timeline(html, recording);
        }

        Changed(html, result);
        return html.Append("</html>\n").ToString();
    }

    private static void Verdict(StringBuilder html, RegressResult result)
    {
        html.Append(result.Faults.Count == 0
            ? "<p class=\"good\"><b>Passed.</b></p>" : "<p class=\"bad\"><b>Failed:</b></p><ul class=\"bad\">");
        foreach (string fault in result.Faults)
        {
            html.Append("<li>").Append(Text(fault));
        }

        html.Append(result.Faults.Count == 0 ? "" : "</ul>");
        string now = result.NowP50Ms is { } p50 ? Invariant($"; inference p50 {p50:F2} ms") : "";
        string before = result.BeforeP50Ms is { } old ? Invariant($" (before {old:F2} ms)") : "";
        html.Append(Invariant($"<p>{result.Agreeing} of {result.Windows} windows agree ({result.Agreement:P2})"))
            .Append(now).Append(before)
            .Append(Invariant($"; {result.Unmatched} windows have no counterpart.</p>"));
    }

    private static void Heads(StringBuilder html, RegressResult result)
    {
        html.Append("<table><tr><th>head<th>labelled<th>accuracy<th>before</tr>");
        foreach (string head in result.Now.Keys)
        {
            html.Append("<tr><td>").Append(Text(head))
                .Append(Invariant($"<td class=\"n\">{result.Now[head].Labelled}"))
                .Append("<td class=\"n\">").Append(Number(RegressResult.Accuracy(result.Now, head)))
                .Append("<td class=\"n\">").Append(Number(RegressResult.Accuracy(result.Before, head))).Append("</tr>");
        }

        html.Append("</table>");
    }

    private static void Plot(StringBuilder html, IReadOnlyList<RecordingComparison> recordings)
    {
        int height = (recordings.Count * (BarHeight + 6)) + 4;
        html.Append(Invariant($"<svg viewBox=\"0 0 {PlotWidth} {height}\" width=\"100%\" role=\"img\">"));
        for (int i = 0; i < recordings.Count; i++)
        {
            RecordingComparison recording = recordings[i];
            int y = (i * (BarHeight + 6)) + 2;
            double width = (PlotWidth - LabelWidth - 70) * recording.Agreement;
            string colour = recording.Failure is null ? "#2f6feb" : "#b42318";
            html.Append(Invariant($"<text x=\"0\" y=\"{y + 12}\">")).Append(Text(recording.Name)).Append("</text>")
                .Append(Invariant($"<rect x=\"{LabelWidth}\" y=\"{y}\" width=\"{width:F1}\" height=\"{BarHeight}\" "))
                .Append(Invariant($"fill=\"{colour}\"/><text x=\"{LabelWidth + width + 6:F1}\" y=\"{y + 12}\">"))
                .Append(recording.Failure is null ? Invariant($"{recording.Agreement:P2}") : "failed")
                .Append("</text>");
        }

        html.Append("</svg>");
    }

    /// <summary>A tick for every changed window, on the recording's time.</summary>
    private static void Timeline(StringBuilder html, RecordingComparison recording)
    {
        if (recording.Changed.Count == 0)
        {
            return;
        }

        double length = Math.Max(1e-3, recording.Changed[^1].Seconds);
        html.Append("<p>").Append(Text(recording.Name)).Append(Invariant($" (to {length:F1} s)</p>"))
            .Append(Invariant($"<svg viewBox=\"0 0 {PlotWidth} 20\" width=\"100%\" role=\"img\">"))
            .Append(Invariant($"<rect width=\"{PlotWidth}\" height=\"20\" fill=\"#eef2f6\"/>"));
        foreach (ChangedWindow changed in recording.Changed)
        {
            double x = changed.Seconds / length * (PlotWidth - 2);
            html.Append(Invariant($"<rect x=\"{x:F1}\" width=\"2\" height=\"20\" fill=\"#b42318\"><title>"))
                .Append(Invariant($"{changed.Seconds:F2} s ")).Append(Text(changed.Head)).Append(": ")
                .Append(Text(changed.Before.First)).Append(" to ").Append(Text(changed.Now.First))
                .Append("</title></rect>");
        }

        html.Append("</svg>");
    }

    private static void Changed(StringBuilder html, RegressResult result)
    {
        html.Append("<table><tr><th>recording<th>time<th>head<th>now<th>before</tr>");
        foreach (RecordingComparison recording in result.Recordings)
        {
            foreach (ChangedWindow changed in recording.Changed.Take(MostChanged))
            {
                html.Append("<tr><td>").Append(Text(recording.Name))
                    .Append(Invariant($"<td class=\"n\">{changed.Seconds:F2} s<td>")).Append(Text(changed.Head))
                    .Append("<td>").Append(Top(changed.Now)).Append("<td>").Append(Top(changed.Before)).Append("</tr>");
            }
        }

        html.Append("</table>");
    }

    private static string Top(TopScores scores) =>
        Text(scores.First) + Invariant($" {scores.FirstScore:F3}")
        + (scores.Second.Length > 0 ? ", " + Text(scores.Second) + Invariant($" {scores.SecondScore:F3}") : "");

    private static string Number(double? value) => value is { } known ? Invariant($"{known:F4}") : "-";

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
