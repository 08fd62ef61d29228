using System.Runtime.InteropServices;
using EdgeFusion.Linux.Interop.GStreamer;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Linux.Media;

/// <summary>One audio buffer into as many ring slots as it needs; each block's stamp is that of its first frame.
/// </summary>
internal sealed unsafe class AudioSlots(AudioLayout layout, double rateHz) : IMediaSlots
{
    private long _splitOff;
    private long _abandoned;

    public long Skipped => 0;

    public long SplitOff => Volatile.Read(ref _splitOff);

    public long Abandoned => Volatile.Read(ref _abandoned);

    public string? Configure(nint caps)
    {
        nint structure = LibGst.CapsStructure(caps, 0);
        string? format = Marshal.PtrToStringUTF8(LibGst.StructureString(structure, "format"));
        string wanted = layout.Format == AudioFormat.Float32 ? "F32LE" : "S16LE";
        _ = LibGst.StructureInt(structure, "channels", out int channels);
        _ = LibGst.StructureInt(structure, "rate", out int rate);
        return format == wanted && channels == layout.Channels && rate == (int)Math.Round(rateHz)
            ? null
            : $"its audio is {format} with {channels} channels at {rate} Hz, wanted is {wanted} with "
                + $"{layout.Channels} at {rateHz} Hz; put audioconvert and audioresample into the pipeline";
    }

    public long Duration(nuint bytes) => FrameTime((long)bytes / layout.FrameBytes);

    public bool TryDeliver(
        nint buffer, in GstMapInfo map, Timestamp capture, SampleFlags flags, SampleSink sink, in MediaPace pace)
    {
        long frames = (long)map.Size / layout.FrameBytes;
        long blocks = Blocks(frames);
        Volatile.Write(ref _splitOff, _splitOff + Math.Max(0, blocks - 1));
        for (long done = 0; done < frames;)
        {
            int count = (int)Math.Min(frames - done, layout.MaxFramesPerBlock);
            if (!pace.Wait(capture.AddNanoseconds(FrameTime(done + count))))
            {
                Volatile.Write(ref _abandoned, _abandoned + Blocks(frames - done));
                return true;
            }

            int bytes = count * layout.FrameBytes;
            new ReadOnlySpan<byte>(map.Data + (done * layout.FrameBytes), bytes).CopyTo(sink.Claim());
            sink.Commit(capture.AddNanoseconds(FrameTime(done)), bytes, flags);
            flags = SampleFlags.None;
            done += count;
        }

        return frames > 0;
    }

    private long Blocks(long frames) => (frames + layout.MaxFramesPerBlock - 1) / layout.MaxFramesPerBlock;

    private long FrameTime(long frames) => (long)Math.Round(frames * (double)Timestamp.NanosecondsPerSecond / rateHz);
}
