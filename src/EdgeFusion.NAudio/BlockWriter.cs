using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.NAudio;

/// <summary>Cuts what a device delivers into blocks and stamps them by the count of frames.</summary>
/// <param name="sensor">Whose data it is.</param>
/// <param name="sink">Where it goes.</param>
/// <param name="buffer">How much the device keeps: a longer pause than that has lost something.</param>
/// <remarks><b>Threading.</b> Written by NAudio's thread; <see cref="Latest"/> read by any.</remarks>
internal sealed class BlockWriter(NAudioSensor sensor, SampleSink sink, TimeSpan buffer)
{
    private readonly AudioLayout _layout = (AudioLayout)sensor.Info.Layout;
    private DeviceClock _clock = new(sensor.Info.RateHz);
    private long _count;
    private long _latest = long.MinValue;

    /// <summary>When the device last spoke.</summary>
    public Timestamp Latest => new(Volatile.Read(ref _latest));

    /// <summary>Takes what the device delivers.</summary>
    public void Write(ReadOnlySpan<byte> bytes, bool isAfterLoss)
    {
        Timestamp now = sink.Clock.Now;
        bool isLoss = _count > 0 && (isAfterLoss || now - Latest > buffer);
        if (isLoss)
        {
            // The count of frames no longer tells the time.
            _clock = new DeviceClock(sensor.Info.RateHz);
        }

        Volatile.Write(ref _latest, now.Nanoseconds);
        long frames = bytes.Length / _layout.FrameBytes;
        sensor.Count(frames, isLoss);
        _count += frames;
        Timestamp end = _clock.Map(_count, now);
        SampleFlags flags = isLoss ? SampleFlags.Gap : SampleFlags.None;
        for (long done = 0; done < frames;)
        {
            int part = (int)Math.Min(frames - done, _layout.MaxFramesPerBlock);
            int length = part * _layout.FrameBytes;
            bytes.Slice((int)done * _layout.FrameBytes, length).CopyTo(sink.Claim());
            sink.Commit(end.AddNanoseconds(-Nanoseconds(frames - done)), length, flags);
            flags = SampleFlags.None;
            done += part;
        }
    }

    private long Nanoseconds(long frames) =>
        (long)Math.Round(frames * (double)Timestamp.NanosecondsPerSecond / sensor.Info.RateHz);
}
