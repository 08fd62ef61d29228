using System.Globalization;
using System.Text;
using EdgeFusion.Diagnostics;
using EdgeFusion.Predictions;
using EdgeFusion.Publishing;
using EdgeFusion.Simulator;
using EdgeFusion.Time;
using EdgeFusion.Windowing;

namespace EdgeFusion.Worker.Live;

/// <summary>Draws the live table of the demo: on a terminal in place, elsewhere a line per second.</summary>
internal sealed class DemoScreen(LiveSession session, LatestPrediction latest, string subscribeLine)
{
    private readonly Prediction _prediction = new(session.Pipeline.Manifest);
    private readonly bool _inPlace = !Console.IsOutputRedirected;
    private long _begin;
    private int _drawn;

    /// <summary>Remembers when the demo began.</summary>
    public void Begin() => _begin = session.Clock.Now.Nanoseconds;

    /// <summary>Draws the present state.</summary>
    public void Draw()
    {
        if (!latest.TryRead(_prediction))
        {
            return;
        }

        string text = _inPlace ? Table() : Line();
        if (_inPlace && _drawn > 0)
        {
            Console.Write($"\x1b[{_drawn}A");
        }

        Console.WriteLine(text);
        _drawn = text.AsSpan().Count('\n') + 1;
    }

    private string Line()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"window {_prediction.Window,5} {Outcome(),-8} ");
        for (int i = 0; i < _prediction.Modalities.Length; i++)
        {
            text.Append(Letter(_prediction.Modalities[i].Presence));
        }

        foreach (HeadScores head in _prediction.Heads)
        {
            text.Append(_prediction.HasScores
                ? Format($"  {head.Head.Name} {head.BestLabel} {head.Values[head.Best]:F2}")
                : $"  {head.Head.Name} -");
        }

        text.Append(CultureInfo.InvariantCulture, $"  truth {Truth()}  {Total():F1} ms");
        return text.ToString();
    }

    private string Table()
    {
        const string ClearLine = "\x1b[K";
        var lines = new List<string>
        {
            Format($"EdgeFusion demo  window {_prediction.Window}  {Outcome()}  quality {_prediction.Quality}"),
            "",
        };
        for (int i = 0; i < _prediction.Modalities.Length; i++)
        {
            ModalityState state = _prediction.Modalities[i];
            string age = state.AgeNanoseconds < 0 ? "-" : Format($"{state.AgeNanoseconds / 1e6:F1} ms");
            lines.Add(Format($"  {_prediction.Manifest.Inputs[i].Modality,-16} {state.Presence,-8} coverage "
                + $"{state.Coverage,5:P0}  age {age,10}  {state.SampleCount,5} samples"));
        }

        lines.Add("");
        foreach (HeadScores head in _prediction.Heads)
        {
            string truth = TruthOf(head.Head.Name);
            lines.Add(_prediction.HasScores
                ? Format($"  {head.Head.Name,-10} {head.BestLabel,-14} {Bar(head.Values[head.Best])} "
                    + $"{head.Values[head.Best]:F2}   truth {truth}")
                : Format($"  {head.Head.Name,-10} no prediction"));
        }

        lines.Add("");
        lines.Add(Stage("window end to cut", session.Pipeline.Stages.Wait));
        lines.Add(Stage("bind", session.Pipeline.Stages.Bind));
        lines.Add(Stage("inference", session.Pipeline.Stages.Infer));
        lines.Add(Stage("window end to prediction", session.Pipeline.Stages.Total));
        if (session.Outbox is { } outbox)
        {
            lines.Add(Format(
                $"  outbox: {outbox.Published} published, {outbox.Waiting} waiting, {outbox.Evicted} lost"));
        }

        lines.Add(Format($"  {session.Pipeline.Windows} windows, {session.Pipeline.SkippedWindows} skipped"));
        lines.Add("");
        lines.Add("  " + subscribeLine);
        return string.Join('\n', lines.ConvertAll(line => line + ClearLine));
    }

    private static string Format(FormattableString text) => FormattableString.Invariant(text);

    private static string Format(string text) => text;

    private static string Stage(string name, LatencyHistogram histogram) => Format(
        $"  {name,-26} p50 {Ms(histogram, 0.5),6:F2} ms   p99 {Ms(histogram, 0.99),6:F2} ms");

    private static double Ms(LatencyHistogram histogram, double fraction) =>
        histogram.PercentileNanoseconds(fraction) / 1e6;

    private static string Bar(float value)
    {
        const int Width = 20;
        int full = (int)Math.Round(value * Width);
        return new string('#', full) + new string('.', Width - full);
    }

    private static char Letter(Presence presence) => presence switch
    {
        Presence.Present => '+',
        Presence.Late => 'L',
        Presence.Stale => 'S',
        _ => '-',
    };

    private string Outcome() => _prediction.Outcome == CutOutcome.Settled ? "settled" : "deadline";

    private double Total() => _prediction.Times.Decoded.NanosecondsSince(_prediction.End) / 1e6;

    private string Truth()
    {
        var parts = new List<string>();
        foreach (HeadScores head in _prediction.Heads)
        {
            parts.Add(TruthOf(head.Head.Name));
        }

        return string.Join(' ', parts);
    }

    private string TruthOf(string head)
    {
        if (session.Factory.Cell is not { } cell || !WorkCell.Heads.Contains(head))
        {
            return "-";
        }

        long shift = session.Factory.Origin.Shift(new Timestamp(_begin));
        return cell.LabelAt(head, _prediction.End.AddNanoseconds(-shift)) ?? "-";
    }
}
