using System.Runtime.InteropServices;
using EdgeFusion.Linux.Interop.GStreamer;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Linux.Media;

/// <summary>One video buffer into one ring slot; leaves frames out where the source is faster than wanted.</summary>
/// <param name="layout">The frames wanted.</param>
/// <param name="periodNanoseconds">Time between two of them.</param>
internal sealed unsafe class FrameSlots(FrameLayout layout, long periodNanoseconds) : IMediaSlots
{
    private readonly FrameCopier _copier = new(layout);

    /// <summary>A frame that comes sooner than this after the one before is one too many: three quarters of the
    /// period, so that jitter leaves a source of the right rate alone and half of the double rate is taken.</summary>
    private readonly long _soonest = periodNanoseconds / 4 * 3;
    private Timestamp _last = Timestamp.MinValue;
    private long _skipped;
    private long _abandoned;

    public long Skipped => Volatile.Read(ref _skipped);

    public long SplitOff => 0;

    public long Abandoned => Volatile.Read(ref _abandoned);

    public string? Configure(nint caps)
    {
        nint structure = LibGst.CapsStructure(caps, 0);
        string format = Marshal.PtrToStringUTF8(LibGst.StructureString(structure, "format")) ?? "unknown";
        GstVideoInfo info = default;
        return LibGstApp.VideoInfoFromCaps(&info, caps) == 0
            ? "its format is not one of raw video"
            : _copier.Configure(in info, format);
    }

    public long Duration(nuint bytes) => 0;

    public bool TryDeliver(
        nint buffer, in GstMapInfo map, Timestamp capture, SampleFlags flags, SampleSink sink, in MediaPace pace)
    {
        // Written without a subtraction, which would overflow for the first frame.
        bool isTooSoon = capture > _last && _last > capture.AddNanoseconds(-_soonest);
        if (isTooSoon)
        {
            Volatile.Write(ref _skipped, _skipped + 1);
            return true;
        }

        if (!pace.Wait(capture))
        {
            Volatile.Write(ref _abandoned, _abandoned + 1);
            return true;
        }

        if (!_copier.TryCopy(map.Data, map.Size, LibGstApp.VideoMeta(buffer), sink.Claim()))
        {
            return false;
        }

        _last = capture;
        sink.Commit(capture, layout.MaxSampleBytes, flags);
        return true;
    }
}
