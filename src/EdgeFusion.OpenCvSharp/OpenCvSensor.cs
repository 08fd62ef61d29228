using EdgeFusion.Sensing;
using EdgeFusion.Time;
using OpenCvSharp;

namespace EdgeFusion.OpenCvSharp;

/// <summary>
/// A camera or video file by OpenCV's VideoCapture, with the back end of one's choice. Captured when the frame is
/// grabbed, that is before it is decoded.
/// </summary>
/// <remarks>
/// A read that hangs in a driver cannot be cancelled; the sensor host leaves such a thread behind. <b>Threading.</b> As
/// <see cref="ISensor"/> says. Our own part allocates nothing per frame.
/// </remarks>
public sealed class OpenCvSensor : ISensor, ICountingSensor
{
    private readonly OpenCvOptions _options;
    private readonly FrameLayout _layout;
    private readonly VideoCaptureAPIs _api;
    private long _received;

    /// <summary>Creates a sensor; nothing is opened before <see cref="Capture"/>.</summary>
    /// <param name="info">What is wanted: frames.</param>
    /// <param name="options">Where from.</param>
    /// <exception cref="ConfigurationException">There is no such back end.</exception>
    /// <exception cref="ArgumentException">The layout is not one of frames.</exception>
    public OpenCvSensor(SensorInfo info, OpenCvOptions options)
    {
        ArgumentNullException.ThrowIfNull(info);
        ArgumentNullException.ThrowIfNull(options);
        Info = info;
        _options = options;
        _layout = info.Layout as FrameLayout
            ?? throw new ArgumentException($"'{info.Name}' has no frames.", nameof(info));
        if (!Enum.TryParse(options.Api, ignoreCase: true, out _api))
        {
            throw new ConfigurationException(
                $"OpenCV has no back end '{options.Api}'; there are "
                + string.Join(", ", Enum.GetNames<VideoCaptureAPIs>()));
        }
    }

    /// <inheritdoc/>
    public SensorInfo Info { get; }

    /// <inheritdoc/>
    public IReadOnlyList<SensorCounter> Counters => [new("frames_received", Volatile.Read(ref _received))];

    private string What => _options.Source.Length > 0 ? $"'{_options.Source}'" : $"camera {_options.Index}";

    /// <inheritdoc/>
    public void Capture(SampleSink sink, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(sink);
        try
        {
            using VideoCapture capture = Open();
            using var frame = new Mat();
            using var scaled = new Mat();
            using var converted = new Mat();
            Timestamp start = sink.Clock.Now;
            for (long index = 0; !stopping.IsCancellationRequested; index++)
            {
                Timestamp due = start.AddNanoseconds(index * Info.PeriodNanoseconds);
                if (_options.IsFile && !sink.Clock.WaitUntil(due, stopping))
                {
                    return;
                }

                if (!capture.Grab())
                {
                    End();
                    return;
                }

                Timestamp captured = sink.Clock.Now;
                Deliver(capture, frame, scaled, converted, captured, sink);
            }
        }
        catch (Exception fault) when (fault is OpenCVException or OpenCvSharpException or DllNotFoundException
            or TypeInitializationException)
        {
            throw new SensorException(
                $"OpenCV cannot read {What}: {(fault.InnerException ?? fault).Message} (where OpenCV's own library is "
                + "missing, add the package OpenCvSharp4.runtime of this platform).",
                fault);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private VideoCapture Open()
    {
        VideoCapture capture = _options.Source.Length > 0
            ? new VideoCapture(_options.Source, _api)
            : new VideoCapture(_options.Index, _api);
        if (!capture.IsOpened())
        {
            capture.Dispose();
            throw new SensorException(
                $"OpenCV ({_api}) cannot open {What}: is it plugged in, free, and ours to use (group video)? "
                + "'edgefusion devices' lists what there is.");
        }

        if (!_options.IsFile)
        {
            // Wishes: a back end may ignore them, so the frames are scaled where they differ.
            capture.Set(VideoCaptureProperties.FrameWidth, _layout.Width);
            capture.Set(VideoCaptureProperties.FrameHeight, _layout.Height);
            capture.Set(VideoCaptureProperties.Fps, Info.RateHz);
            capture.Set(VideoCaptureProperties.BufferSize, 1);
        }

        return capture;
    }

    private void End()
    {
        if (!_options.IsFile)
        {
            throw new SensorException($"{What} delivers no more frames: unplugged, or the stream has ended.");
        }
    }

    private void Deliver(
        VideoCapture capture, Mat frame, Mat scaled, Mat converted, Timestamp captured, SampleSink sink)
    {
        if (!capture.Retrieve(frame) || frame.Empty())
        {
            return;
        }

        Volatile.Write(ref _received, _received + 1);
        Mat sized = frame;
        if (frame.Width != _layout.Width || frame.Height != _layout.Height)
        {
            Cv2.Resize(frame, scaled, new Size(_layout.Width, _layout.Height), 0, 0, InterpolationFlags.Area);
            sized = scaled;
        }

        // OpenCV's own order is blue first; a one-channel camera delivers gray.
        ColorConversionCodes? conversion = (sized.Channels(), _layout.Format) switch
        {
            (3, PixelFormat.Rgb8) => ColorConversionCodes.BGR2RGB,
            (3, PixelFormat.Gray8) => ColorConversionCodes.BGR2GRAY,
            (1, PixelFormat.Rgb8) => ColorConversionCodes.GRAY2RGB,
            (1, PixelFormat.Bgr8) => ColorConversionCodes.GRAY2BGR,
            _ => null,
        };
        if (conversion is { } code)
        {
            Cv2.CvtColor(sized, converted, code);
            sized = converted;
        }

        Span<byte> slot = sink.Claim();
        int rowBytes = _layout.Width * _layout.Channels;
        if (sized.Channels() != _layout.Channels || sized.Depth() != MatType.CV_8U)
        {
            throw new SensorException($"{What} delivers frames of type {sized.Type()}, not 8 bits per channel.");
        }

        for (int row = 0; row < _layout.Height; row++)
        {
            sized.RowSpan<byte>(row)[..rowBytes].CopyTo(slot[(row * rowBytes)..]);
        }

        sink.Commit(captured, _layout.MaxSampleBytes);
    }
}
