using EdgeFusion.Linux.Interop.GStreamer;

namespace EdgeFusion.Linux.Media;

/// <summary>A running GStreamer pipeline that ends in an appsink.</summary>
/// <remarks><b>Threading.</b> One thread; GStreamer's own threads stay on its side.</remarks>
internal sealed unsafe class MediaPipeline : IDisposable
{
    private readonly MediaPlan _plan;
    private readonly GstObjectHandle _pipeline;
    private readonly GstObjectHandle _bus;
    private readonly GstObjectHandle _clock;
    private readonly GstObjectHandle _sink;
    private bool _disposed;

    private MediaPipeline(MediaPlan plan, GstObjectHandle pipeline)
    {
        _plan = plan;
        _pipeline = pipeline;
        _bus = LibGst.ElementBus(pipeline);
        _clock = LibGst.SystemClock();
        _sink = new GstObjectHandle(LibGst.BinGetByName(pipeline, MediaPlan.SinkName));
    }

    /// <summary>Nanoseconds of the clock that time stamps refer to: CLOCK_MONOTONIC.</summary>
    public ulong ClockTime => LibGst.ClockTime(_clock);

    /// <summary>The clock's time at running time 0.</summary>
    public ulong BaseTime => LibGst.BaseTime(_pipeline);

    /// <summary>Whether the source has said that it will send; sources that do not tell (all but RTSP) never do.
    /// Updated by <see cref="Trouble"/>.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>Whether the source has ended and everything has been taken.</summary>
    public bool IsEnded => LibGstApp.IsEndOfStream(_sink.DangerousGetHandle()) != 0;

    /// <summary>Makes and starts a pipeline; it may still be connecting when this returns.</summary>
    /// <exception cref="SensorException">Something is missing or fails at once.</exception>
    public static MediaPipeline Open(MediaPlan plan)
    {
        GstLibrary.Start();
        foreach (string element in plan.Elements)
        {
            if (!GstLibrary.Has(element))
            {
                throw new SensorException(
                    $"Cannot read {plan.What}: GStreamer's element '{element}' is not installed; apt install "
                    + ElementPackages.Of(element) + ".");
            }
        }

        MediaPipeline pipeline = Parse(plan);
        try
        {
            pipeline.Start();
            return pipeline;
        }
        catch
        {
            pipeline.Dispose();
            throw;
        }
    }

    /// <summary>Waits for a sample, which the caller unreferences; 0 = none came.</summary>
    public nint TryPull(ulong timeoutNanoseconds) =>
        LibGstApp.TryPullSample(_sink.DangerousGetHandle(), timeoutNanoseconds);

    /// <summary>Buffers that have reached the sink, taken or dropped.</summary>
    public long Rendered()
    {
        GValue value = default;
        LibGLib.GetProperty(_sink.DangerousGetHandle(), "stats", &value);
        ulong rendered = 0;
        nint structure = value.Type == 0 ? 0 : LibGst.ValueStructure(&value);
        if (structure != 0)
        {
            _ = LibGst.StructureUInt64(structure, "rendered", out rendered);
        }

        if (value.Type != 0)
        {
            LibGLib.ValueUnset(&value);
        }

        return (long)rendered;
    }

    /// <summary>The first trouble that the pipeline has reported; null without.</summary>
    public string? Trouble()
    {
        bool hasAnswered = HasAnswered;
        string? trouble = BusTrouble.Take(_bus, ref hasAnswered);
        HasAnswered = hasAnswered;
        return trouble;
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        LibGst.SetState(_pipeline, GstState.Null);
        _sink.Dispose();
        _clock.Dispose();
        _bus.Dispose();
        _pipeline.Dispose();
    }

    private static MediaPipeline Parse(MediaPlan plan)
    {
        GError* error = null;
        nint instance = LibGst.ParseLaunch(plan.Text, &error);
        if (instance == 0 || error is not null)
        {
            string reason = GstLibrary.Take(error);
            if (instance != 0)
            {
                LibGst.ObjectUnref(LibGst.ObjectRefSink(instance));
            }

            throw new SensorException(
                $"Cannot read {plan.What}: GStreamer does not accept the pipeline '{plan.Text}': {reason}.");
        }

        return new MediaPipeline(plan, new GstObjectHandle(LibGst.ObjectRefSink(instance)));
    }

    private void Start()
    {
        SetProperties();

        // The system's monotonic clock, whatever clock an audio device offers: stamps then need no second mapping.
        LibGst.UseClock(_pipeline, _clock);
        if (LibGst.SetState(_pipeline, GstState.Playing) == GstStateChange.Failure)
        {
            throw new SensorException($"Cannot read {_plan.What}: {Trouble() ?? "GStreamer gives no reason"}.");
        }
    }

    private void SetProperties()
    {
        if (_plan.SinkCaps.Length > 0)
        {
            LibGst.SetObjectArgument(_sink.DangerousGetHandle(), "caps", _plan.SinkCaps);
        }

        if (_plan.Properties.IsEmpty)
        {
            return;
        }

        nint source = LibGst.BinGetByName(_pipeline, MediaPlan.SourceName);
        try
        {
            nint sourceClass = *(nint*)source;
            foreach ((string name, string value) in _plan.Properties)
            {
                if (LibGLib.FindProperty(sourceClass, name) == 0)
                {
                    throw new SensorException(
                        $"Cannot read {_plan.What}: this GStreamer ({GstLibrary.Version()}) has no property '{name}' "
                        + $"of {_plan.Elements[0]}; update it.");
                }

                LibGst.SetObjectArgument(source, name, value);
            }
        }
        finally
        {
            LibGst.ObjectUnref(source);
        }
    }
}
