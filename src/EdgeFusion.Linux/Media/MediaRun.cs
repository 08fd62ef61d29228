using EdgeFusion.Linux.Interop.GStreamer;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Linux.Media;

/// <summary>One opening of a pipeline: stamps, formats and losses.</summary>
internal sealed unsafe class MediaRun : IDisposable
{
    private const int TimeFormat = 3;

    private readonly MediaPipeline _pipeline;
    private readonly MediaPlan _plan;
    private readonly IMediaSlots _slots;
    private readonly SampleSink _sink;
    private readonly ClockOffset _offset;
    private readonly StampLead _lead;
    private nint _caps;
    private long _pulled;
    private bool _gap;

    public MediaRun(MediaPipeline pipeline, MediaPlan plan, IMediaSlots slots, SampleSink sink)
    {
        _pipeline = pipeline;
        _plan = plan;
        _slots = slots;
        _sink = sink;
        _offset = new ClockOffset(sink.Clock, pipeline);
        _lead = new StampLead(plan.StampsArrival);
    }

    /// <summary>Buffers that the sink has certainly dropped so far.</summary>
    public long Dropped { get; private set; }

    /// <summary>Takes a sample, copies it and gives it back.</summary>
    /// <returns>False where it could not be used.</returns>
    /// <exception cref="SensorException">The format has become one that cannot be used.</exception>
    public bool Deliver(nint sample, CancellationToken stopping)
    {
        _pulled++;
        try
        {
            CheckCaps(LibGst.SampleCaps(sample));
            nint buffer = LibGst.SampleBuffer(sample);
            GstMapInfo map;
            if (buffer == 0 || LibGst.BufferMap(buffer, &map, GstMapInfo.Read) == 0)
            {
                return false;
            }

            try
            {
                return Deliver(sample, buffer, in map, stopping);
            }
            finally
            {
                LibGst.BufferUnmap(buffer, &map);
            }
        }
        finally
        {
            LibGst.MiniObjectUnref(sample);
        }
    }

    /// <summary>Brings <see cref="Dropped"/> up to date.</summary>
    /// <param name="isEmpty">Whether nothing waits in the sink now.</param>
    /// <returns><see cref="Dropped"/>.</returns>
    public long CountDropped(bool isEmpty)
    {
        // All that reached the sink was taken, was dropped, or still waits there.
        long waiting = isEmpty ? 0 : MediaPlanner.MaxBlocksWaiting;
        Dropped = Math.Max(Dropped, _pipeline.Rendered() - _pulled - waiting);
        return Dropped;
    }

    /// <summary>Flags the next sample where the sink has dropped since the last count.</summary>
    public void MarkGapIfDropped()
    {
        long before = Dropped;
        _gap |= CountDropped(isEmpty: false) > before;
    }

    public void Dispose() => Forget();

    private bool Deliver(nint sample, nint buffer, in GstMapInfo map, CancellationToken stopping)
    {
        uint bits = LibGst.BufferFlags(buffer);
        if ((bits & GstBufferHead.Corrupted) != 0)
        {
            _gap = true;
            return false;
        }

        // The first buffer of a stream is marked as a discontinuity too, but nothing was lost before it.
        bool isGap = _gap || ((bits & (GstBufferHead.Discontinuity | GstBufferHead.Gap)) != 0 && _pulled > 1);
        _gap = false;
        Timestamp capture = CaptureTime(sample, buffer, map.Size);
        var pace = new MediaPace(_sink.Clock, _plan.IsLive, stopping);
        SampleFlags flags = isGap ? SampleFlags.Gap : SampleFlags.None;
        if (_slots.TryDeliver(buffer, in map, capture, flags, _sink, in pace))
        {
            return true;
        }

        _gap = true;
        return false;
    }

    private Timestamp CaptureTime(nint sample, nint buffer, nuint bytes)
    {
        Timestamp now = _sink.Clock.Now;
        ulong stamp = ((GstBufferHead*)buffer)->PresentationTime;
        ulong running = stamp == GstBufferHead.NoTime
            ? stamp
            : LibGst.RunningTime(LibGst.SampleSegment(sample), TimeFormat, stamp);
        if (running == GstBufferHead.NoTime)
        {
            return now.AddNanoseconds(-_slots.Duration(bytes));
        }

        Timestamp capture = _offset.ToPipeline(_pipeline.BaseTime + running, now);
        return _plan.IsLive ? _lead.Settle(capture, now, _slots.Duration(bytes)) : capture;
    }

    private void CheckCaps(nint caps)
    {
        if (caps == _caps)
        {
            return;
        }

        Forget();
        if (caps == 0)
        {
            throw new SensorException($"Reading {_plan.What} failed: a buffer without a format came.");
        }

        // Held, so that another format cannot come to lie at the same address.
        _caps = LibGst.MiniObjectRef(caps);
        if (_slots.Configure(caps) is { } fault)
        {
            throw new SensorException($"Cannot use {_plan.What}: {fault}.");
        }
    }

    private void Forget()
    {
        if (_caps != 0)
        {
            LibGst.MiniObjectUnref(_caps);
            _caps = 0;
        }
    }
}
