using EdgeFusion.Linux.Interop.GStreamer;
using EdgeFusion.Sensing;

namespace EdgeFusion.Linux.Media;

/// <summary>A GStreamer pipeline between an appsrc and an appsink, driven in step: one buffer in, one buffer out.
/// </summary>
/// <remarks><b>Threading.</b> One thread; GStreamer's own threads stay on its side.</remarks>
internal sealed unsafe class StepPipeline : IDisposable
{
    private const string SourceName = "source";
    private const string SinkName = "sink";
    private const ulong FrameNanoseconds = 33_333_333;
    private const ulong LookNanoseconds = 20_000_000;
    private const int LooksPerSecond = (int)(1_000_000_000 / LookNanoseconds);

    private readonly GstObjectHandle _pipeline;
    private readonly GstObjectHandle _bus;
    private readonly GstObjectHandle _source;
    private readonly GstObjectHandle _sink;
    private ulong _frames;
    private nint _sample;
    private nint _buffer;
    private GstMapInfo _map;

    /// <summary>Makes and starts a pipeline.</summary>
    /// <param name="text">What stands between source and sink.</param>
    /// <param name="caps">Format of what goes in.</param>
    /// <exception cref="RecordingException">GStreamer does not accept it.</exception>
    public StepPipeline(string text, string caps)
    {
        string whole = $"appsrc name={SourceName} format=time caps=\"{caps}\" ! {text} ! "
            + $"appsink name={SinkName} sync=false max-buffers=4";
        GError* error = null;
        nint instance = LibGst.ParseLaunch(whole, &error);
        if (instance == 0 || error is not null)
        {
            string reason = GstLibrary.Take(error);
            if (instance != 0)
            {
                LibGst.ObjectUnref(LibGst.ObjectRefSink(instance));
            }

            throw new RecordingException($"GStreamer does not accept the pipeline '{whole}': {reason}.");
        }

        _pipeline = new GstObjectHandle(LibGst.ObjectRefSink(instance));
        _bus = LibGst.ElementBus(_pipeline);
        _source = new GstObjectHandle(LibGst.BinGetByName(_pipeline, SourceName));
        _sink = new GstObjectHandle(LibGst.BinGetByName(_pipeline, SinkName));
        if (LibGst.SetState(_pipeline, GstState.Playing) == GstStateChange.Failure)
        {
            string? reason = BusTrouble.Take(_bus);
            Dispose();
            throw new RecordingException($"GStreamer does not start: {reason ?? "it gives no reason"}.");
        }
    }

    /// <summary>Starts the library and says why elements cannot be had; null where all are there.</summary>
    public static string? Obstacle(params ReadOnlySpan<string> elements)
    {
        try
        {
            GstLibrary.Start();
        }
        catch (SensorException fault)
        {
            return fault.Message;
        }

        foreach (string element in elements)
        {
            if (!GstLibrary.Has(element))
            {
                return $"GStreamer's element '{element}' is not installed; apt install {ElementPackages.Of(element)}.";
            }
        }

        return null;
    }

    /// <summary>A buffer to be filled and given to <see cref="Step"/>.</summary>
    /// <exception cref="RecordingException">There is no memory for it.</exception>
    public Span<byte> Begin(int bytes)
    {
        Release();
        _buffer = LibGst.BufferNew(0, (nuint)bytes, 0);
        GstMapInfo map;
        if (_buffer == 0 || LibGst.BufferMap(_buffer, &map, GstMapInfo.Write) == 0)
        {
            throw new RecordingException("GStreamer has no memory for a frame.");
        }

        _map = map;
        return new Span<byte>(_map.Data, bytes);
    }

    /// <summary>Sends the buffer that was begun, and waits for what comes of it.</summary>
    /// <returns>Valid until the next call.</returns>
    /// <exception cref="RecordingException">Something failed, or nothing came for a second.</exception>
    public ReadOnlySpan<byte> Step()
    {
        Unmap();
        nint buffer = _buffer;
        _buffer = 0;
        var head = (GstBufferHead*)buffer;
        head->PresentationTime = head->DecodingTime = _frames++ * FrameNanoseconds;
        head->Duration = FrameNanoseconds;
        int flow = LibGstApp.PushBuffer(_source.DangerousGetHandle(), buffer);
        for (int i = 0; flow == 0 && i < LooksPerSecond; i++)
        {
            _sample = LibGstApp.TryPullSample(_sink.DangerousGetHandle(), LookNanoseconds);
            if (_sample != 0)
            {
                return Map();
            }

            if (BusTrouble.Take(_bus) is { } trouble)
            {
                throw new RecordingException($"GStreamer failed: {trouble}.");
            }
        }

        throw new RecordingException(flow == 0
            ? "GStreamer has given nothing for a second."
            : $"GStreamer takes nothing any more: {BusTrouble.Take(_bus) ?? "it gives no reason"}.");
    }

    public void Dispose()
    {
        Release();
        LibGst.SetState(_pipeline, GstState.Null);
        _sink.Dispose();
        _source.Dispose();
        _bus.Dispose();
        _pipeline.Dispose();
    }

    private ReadOnlySpan<byte> Map()
    {
        nint buffer = LibGst.SampleBuffer(_sample);
        GstMapInfo map;
        if (buffer == 0 || LibGst.BufferMap(buffer, &map, GstMapInfo.Read) == 0)
        {
            throw new RecordingException("GStreamer gave a buffer that cannot be read.");
        }

        _map = map;
        return new ReadOnlySpan<byte>(_map.Data, checked((int)_map.Size));
    }

    private void Unmap()
    {
        if (_map.Data is not null)
        {
            nint buffer = _buffer != 0 ? _buffer : LibGst.SampleBuffer(_sample);
            GstMapInfo map = _map;
            LibGst.BufferUnmap(buffer, &map);
            _map = default;
        }
    }

    private void Release()
    {
        Unmap();
        if (_buffer != 0)
        {
            LibGst.MiniObjectUnref(_buffer);
            _buffer = 0;
        }

        if (_sample != 0)
        {
            LibGst.MiniObjectUnref(_sample);
            _sample = 0;
        }
    }
}
