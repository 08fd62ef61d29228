using EdgeFusion.Time;

namespace EdgeFusion.Worker.Export.LeRobot;

/// <summary>A sensor on an episode's grid: each instant has the newest sample captured until then.</summary>
/// <param name="grid">The grid.</param>
/// <param name="sampleBytes">Largest sample.</param>
internal abstract class HeldColumn(EpisodeGrid grid, int sampleBytes)
{
    private readonly byte[] _last = new byte[sampleBytes];
    private bool _hasLast;

    /// <summary>Instants filled.</summary>
    public int Filled { get; private set; }

    /// <summary>Takes the next sample.</summary>
    public void Take(Timestamp capture, ReadOnlySpan<byte> payload)
    {
        FillUntil(grid.FirstAt(capture));
        payload.CopyTo(_last);
        _hasLast = true;
    }

    /// <summary>Holds the last sample to the end of the episode.</summary>
    public virtual void Finish() => FillUntil(grid.Count);

    /// <summary>Takes what one instant has.</summary>
    protected abstract void Put(ReadOnlySpan<byte> payload);

    private void FillUntil(int end)
    {
        for (; _hasLast && Filled < Math.Min(end, grid.Count); Filled++)
        {
            Put(_last);
        }
    }
}
