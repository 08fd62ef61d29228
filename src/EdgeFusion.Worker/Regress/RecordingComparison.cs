namespace EdgeFusion.Worker.Regress;

/// <summary>A window on which the two disagree.</summary>
/// <param name="Seconds">Its end, from the first window of the recording.</param>
/// <param name="EndNs">Its end.</param>
/// <param name="Head">The head.</param>
/// <param name="Now">What the model under test says.</param>
/// <param name="Before">What it is compared with.</param>
internal sealed record ChangedWindow(double Seconds, long EndNs, string Head, TopScores Now, TopScores Before);

/// <summary>What one recording shows.</summary>
internal sealed class RecordingComparison(string name)
{
    /// <summary>Longest list of changed windows; more are only counted.</summary>
    private const int MostListed = 1_000;

    public string Name { get; } = name;

    /// <summary>Why there is no comparison; null where there is one.</summary>
    public string? Failure { get; set; }

    /// <summary>Windows that both have scores for.</summary>
    public long Windows { get; private set; }

    /// <summary>Windows on which every head agrees.</summary>
    public long Agreeing { get; private set; }

    /// <summary>Windows that only one side has, or has scores for.</summary>
    public long Unmatched { get; private set; }

    public List<ChangedWindow> Changed { get; } = [];

    public ReplayFacts Now { get; set; } = new();

    public ReplayFacts Before { get; set; } = new();

    public double Agreement => Windows == 0 ? 0 : Agreeing / (double)Windows;

    /// <summary>Compares two files of predictions, window by window by their ends.</summary>
    public void Compare(string now, string before)
    {
        var known = new Dictionary<long, PredictedWindow>();
        foreach (string line in File.ReadLines(before))
        {
            PredictedWindow window = PredictedWindow.Parse(line, before);
            known[window.EndNs] = window;
        }

        long first = -1;
        foreach (string line in File.ReadLines(now))
        {
            PredictedWindow window = PredictedWindow.Parse(line, now);
            first = first < 0 ? window.StartNs : first;
            if (!known.Remove(window.EndNs, out PredictedWindow? other)
                || (window.Heads.Count == 0) != (other.Heads.Count == 0))
            {
                Unmatched++;
            }
            else if (window.Heads.Count > 0)
            {
                Take(window, other, (window.EndNs - first) / 1e9);
            }
        }

        Unmatched += known.Count;
    }

    private void Take(PredictedWindow now, PredictedWindow before, double seconds)
    {
        bool agrees = true;
        foreach ((string head, TopScores scores) in now.Heads)
        {
            if (!before.Heads.TryGetValue(head, out TopScores other) || other.First == scores.First)
            {
                continue;
            }

            agrees = false;
            if (Changed.Count < MostListed)
            {
                Changed.Add(new ChangedWindow(seconds, now.EndNs, head, scores, other));
            }
        }

        Windows++;
        Agreeing += agrees ? 1 : 0;
    }
}
