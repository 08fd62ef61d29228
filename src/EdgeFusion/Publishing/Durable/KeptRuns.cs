namespace EdgeFusion.Publishing.Durable;

/// <summary>Gathers the earlier runs of a log: how far each had come, which nobody else can tell any more.</summary>
/// <remarks>Bounded: the runs begun last are kept.</remarks>
internal sealed class KeptRuns
{
    /// <summary>Most runs kept, each counted once per topic.</summary>
    public const int MostRuns = 64;

    private readonly Dictionary<(string Topic, long Epoch), int> _places = [];
    private readonly List<KeptRun> _runs = [];

    /// <summary>Counts in a message, oldest first.</summary>
    public void Note(string topic, long epoch, long sequence)
    {
        if (!_places.TryGetValue((topic, epoch), out int place))
        {
            _places.Add((topic, epoch), _runs.Count);
            _runs.Add(new KeptRun(topic, epoch, sequence, sequence));
            return;
        }

        KeptRun run = _runs[place];
        _runs[place] = run with { From = Math.Min(run.From, sequence), To = Math.Max(run.To, sequence) };
    }

    /// <summary>The runs, oldest first.</summary>
    public KeptRun[] ToArray() => _runs.Count <= MostRuns ? [.. _runs] : [.. _runs[^MostRuns..]];
}
