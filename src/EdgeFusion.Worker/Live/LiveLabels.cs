using EdgeFusion.Recording;
using EdgeFusion.Time;

namespace EdgeFusion.Worker.Live;

/// <summary>Labels that somebody sets while a run is recorded: open from now, written when they end.</summary>
/// <remarks><b>Threading.</b> Any thread. <b>Bounds.</b> One open label per head, <see cref="MostOpen"/> heads.
/// </remarks>
/// <param name="clock">The pipeline's clock.</param>
/// <param name="write">Takes a label that has ended; false where nothing is recorded.</param>
internal sealed class LiveLabels(PipelineClock clock, Func<LabelSpan, bool> write)
{
    /// <summary>Most heads with an open label.</summary>
    public const int MostOpen = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (string Label, Timestamp Start)> _open = new(StringComparer.Ordinal);

    /// <summary>The open label of a head; null where there is none.</summary>
    public string? Open(string head)
    {
        lock (_gate)
        {
            return _open.TryGetValue(head, out (string Label, Timestamp Start) open) ? open.Label : null;
        }
    }

    /// <summary>Begins a label; an open one of the same head ends.</summary>
    /// <returns>Null where it has begun; else why not.</returns>
    public string? Start(string head, string label)
    {
        lock (_gate)
        {
            Timestamp now = clock.Now;
            if (!_open.ContainsKey(head) && _open.Count == MostOpen)
            {
                return $"there are {MostOpen} open labels already";
            }

            End(head, now);
            _open[head] = (label, now);
            return null;
        }
    }

    /// <summary>Ends the open label of a head.</summary>
    /// <returns>Null where it is written; else why not.</returns>
    public string? Stop(string head)
    {
        lock (_gate)
        {
            return _open.ContainsKey(head)
                ? End(head, clock.Now) ? null : "nothing is recorded: set Recording:File or Recording:Folder"
                : $"no label of '{head}' is open";
        }
    }

    /// <summary>Ends all that are open.</summary>
    public void StopAll()
    {
        lock (_gate)
        {
            foreach (string head in _open.Keys.ToArray())
            {
                End(head, clock.Now);
            }
        }
    }

    private bool End(string head, Timestamp end) =>
        _open.Remove(head, out (string Label, Timestamp Start) open)
        && write(new LabelSpan(head, open.Label, open.Start, end > open.Start ? end : open.Start.AddNanoseconds(1)));
}
