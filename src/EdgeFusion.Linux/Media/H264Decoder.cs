using EdgeFusion.Recording;
using EdgeFusion.Sensing;

namespace EdgeFusion.Linux.Media;

/// <summary>H.264 of recordings by GStreamer's libav (or OpenH264), frame by frame.</summary>
/// <remarks><b>Threading.</b> One thread at a time.</remarks>
public sealed class H264Decoder : IVideoDecoder
{
    private readonly FrameLayout _layout;
    private readonly string _element;
    private StepPipeline? _pipeline;

    /// <summary>Looks for a decoder.</summary>
    /// <param name="layout">Size and pixel format of the frames wanted.</param>
    /// <exception cref="RecordingException">None is installed.</exception>
    public H264Decoder(FrameLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        if (Probe() is { } fault)
        {
            throw new RecordingException(fault);
        }

        _layout = layout;
        _element = StepPipeline.Obstacle("avdec_h264") is null ? "avdec_h264 max-threads=1" : "openh264dec";

        // Loading the codec takes a while: not when the first frame of a real-time replay is due.
        _pipeline = Open();
    }

    /// <summary>Why nothing can be decoded here; null where it can.</summary>
    public static string? Probe()
    {
        string? obstacle = StepPipeline.Obstacle("appsrc", "videoconvert", "h264parse")
            ?? (StepPipeline.Obstacle("openh264dec") is null ? null : StepPipeline.Obstacle("avdec_h264"));
        return obstacle is null ? null : "Cannot decode H.264: " + obstacle;
    }

    /// <inheritdoc/>
    public void Decode(ReadOnlySpan<byte> accessUnit, Span<byte> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(pixels.Length, _layout.MaxSampleBytes);
        try
        {
            _pipeline ??= Open();
            accessUnit.CopyTo(_pipeline.Begin(accessUnit.Length));
            ReadOnlySpan<byte> picture = _pipeline.Step();
            int stride = PictureRows.Stride(_layout);
            if (picture.Length < stride * _layout.Height)
            {
                throw new RecordingException($"a picture of {picture.Length} bytes is too small.");
            }

            PictureRows.Copy(_layout, picture, stride, pixels, _layout.Width * _layout.Channels);
        }
        catch (RecordingException failure)
        {
            Restart();
            throw new RecordingException($"it cannot be decoded: {failure.Message}", failure);
        }
    }

    /// <inheritdoc/>
    public void Restart()
    {
        _pipeline?.Dispose();
        _pipeline = null;
    }

    /// <inheritdoc/>
    public void Dispose() => Restart();

    private StepPipeline Open() => new(
        $"h264parse ! {_element} ! videoconvert ! video/x-raw,format={PictureRows.Format(_layout)},"
        + $"width={_layout.Width},height={_layout.Height}",
        "video/x-h264,stream-format=byte-stream,alignment=au");
}
