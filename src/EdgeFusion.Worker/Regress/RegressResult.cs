using System.Globalization;

namespace EdgeFusion.Worker.Regress;

/// <summary>All recordings together, and whether the thresholds are kept.</summary>
internal sealed class RegressResult
{
    public RegressResult(RegressRequest request, IReadOnlyList<RecordingComparison> recordings)
    {
        Request = request;
        Recordings = recordings;
        foreach (RecordingComparison recording in recordings)
        {
            Windows += recording.Windows;
            Agreeing += recording.Agreeing;
            Unmatched += recording.Unmatched;
            Add(Now, recording.Now);
            Add(Before, recording.Before);
        }

        NowP50Ms = Median(recordings.Select(r => r.Now.InferP50Ms));
        BeforeP50Ms = Median(recordings.Select(r => r.Before.InferP50Ms));
        Faults = [.. Check()];
    }

    public RegressRequest Request { get; }

    public IReadOnlyList<RecordingComparison> Recordings { get; }

    public long Windows { get; }

    public long Agreeing { get; }

    public long Unmatched { get; }

    public double Agreement => Windows == 0 ? 0 : Agreeing / (double)Windows;

    /// <summary>Labelled and right by head.</summary>
    public SortedDictionary<string, (long Labelled, long Right)> Now { get; } = new(StringComparer.Ordinal);

    /// <summary>The same of what it is compared with; empty where that is unknown.</summary>
    public SortedDictionary<string, (long Labelled, long Right)> Before { get; } = new(StringComparer.Ordinal);

    /// <summary>Median over the recordings of the median inference; null where unknown.</summary>
    public double? NowP50Ms { get; }

    public double? BeforeP50Ms { get; }

    /// <summary>Thresholds that are not kept, a sentence each.</summary>
    public IReadOnlyList<string> Faults { get; }

    /// <summary>Accuracy of a head; null without labels.</summary>
    public static double? Accuracy(IReadOnlyDictionary<string, (long Labelled, long Right)> heads, string head) =>
        heads.TryGetValue(head, out (long Labelled, long Right) counts) && counts.Labelled > 0
            ? counts.Right / (double)counts.Labelled
            : null;

    private static double? Median(IEnumerable<double?> values)
    {
        double[] known = [.. values.OfType<double>().Order()];
        return known.Length == 0 ? null : known[known.Length / 2];
    }

    private static void Add(SortedDictionary<string, (long Labelled, long Right)> sum, ReplayFacts facts)
    {
        foreach ((string head, (long labelled, long right)) in facts.Heads)
        {
            (long Labelled, long Right) before = sum.GetValueOrDefault(head);
            sum[head] = (before.Labelled + labelled, before.Right + right);
        }
    }

    private IEnumerable<string> Check()
    {
        foreach (RecordingComparison failed in Recordings.Where(r => r.Failure is not null))
        {
            yield return $"{failed.Name}: {failed.Failure}";
        }

        if (Windows == 0)
        {
            yield return "no window could be compared";
        }
        else if (Agreement < Request.MinAgreement)
        {
            yield return Invariant($"agreement {Agreement:F4} is below {Request.MinAgreement:F4}");
        }

        foreach (string head in Now.Keys)
        {
            if (Accuracy(Now, head) is { } now && Accuracy(Before, head) is { } before
                && now < before - Request.MaxAccuracyDrop)
            {
                yield return Invariant($"accuracy of {head} fell from {before:F4} to {now:F4}");
            }
        }

        if (Request.MaxLatencyRatio > 0 && NowP50Ms > BeforeP50Ms * Request.MaxLatencyRatio)
        {
            yield return Invariant($"inference takes {NowP50Ms:F2} ms where it took {BeforeP50Ms:F2} ms");
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
