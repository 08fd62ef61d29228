using EdgeFusion.Buffering;
using EdgeFusion.Models;
using EdgeFusion.Time;

namespace EdgeFusion.Windowing.Binding;

/// <summary>What filling one tensor found.</summary>
internal struct BindResult
{
    /// <summary>Grid points that have a value.</summary>
    public int CoveredSteps;

    /// <summary>Instant up to which samples reached; MinValue where there were none.</summary>
    public Timestamp Newest;

    /// <summary>Samples (audio: blocks) inside the window.</summary>
    public int SampleCount;

    /// <summary>False where the writer lapped the reader: the tensor may be torn.</summary>
    public bool Intact;
}

/// <summary>Fills one input tensor from one ring. Hot path: allocates nothing after construction.</summary>
internal abstract class InputBinder
{
    protected InputBinder(ModelInput input, SensorRing ring)
    {
        Input = input;
        Ring = ring;
        MaxGap = TimeGrid.MaxGap(input, ring.Info);
        Grid = TimeGrid.Offsets(input);
    }

    protected ModelInput Input { get; }

    protected SensorRing Ring { get; }

    /// <summary>Longest distance in nanoseconds between a grid point and a sample that serves it.</summary>
    protected long MaxGap { get; }

    /// <summary>Offset of each grid point from the window's start in nanoseconds.</summary>
    protected long[] Grid { get; }

    /// <summary>Fills the tensor; grid points without a value become 0.</summary>
    /// <param name="bound">Samples that may be used have sequences below this.</param>
    /// <param name="start">Start of the window.</param>
    /// <param name="end">End of the window.</param>
    /// <param name="tensor">The tensor's bytes.</param>
    public BindResult Bind(long bound, Timestamp start, Timestamp end, Span<byte> tensor)
    {
        long oldest = Ring.Oldest;

        // Keep an eighth of the ring between reader and writer: only a reader held up for that long is lapped.
        long low = oldest == 0 ? 0 : Math.Min(oldest + (Ring.Capacity / 8), bound);
        long first = RingSearch.FirstAtOrAfter(Ring, low, bound, start.AddNanoseconds(Grid[0] - Reach));
        long last = RingSearch.FirstAtOrAfter(Ring, first, bound, end);
        var result = new BindResult { Newest = Timestamp.MinValue };
        if (first < last)
        {
            long inside = RingSearch.FirstAtOrAfter(Ring, first, last, start);
            result.SampleCount = (int)(last - inside);
            Fill(first, last, start, end, tensor, ref result);
        }
        else
        {
            tensor.Clear();
        }

        result.Intact = Ring.IsIntact(low);
        return result;
    }

    /// <summary>How far before the first grid point a sample may lie and still serve.</summary>
    protected virtual long Reach => MaxGap;

    /// <summary>Fills the tensor from the samples [first, last), which is not empty.</summary>
    protected abstract void Fill(
        long first, long last, Timestamp start, Timestamp end, Span<byte> tensor, ref BindResult result);
}
