using System.Globalization;
using EdgeFusion.Recording;
using EdgeFusion.Sensing;

namespace EdgeFusion.Linux.Media;

/// <summary>H.264 by GStreamer: the encoder of a Jetson where there is one, else x264, else OpenH264.</summary>
/// <remarks><b>Threading.</b> One thread at a time. A new stream begins with a pipeline of its own.</remarks>
public sealed class H264Encoder : IVideoEncoder
{
    private const string OutputCaps = "video/x-h264,stream-format=byte-stream,alignment=au";

    private readonly FrameLayout _layout;
    private readonly int _kilobits;
    private readonly string _element;
    private StepPipeline? _pipeline;

    /// <summary>Chooses an encoder.</summary>
    /// <param name="layout">Size and pixel format of the frames; both sides even.</param>
    /// <param name="keyFrames">Frames from one key frame to the next.</param>
    /// <param name="kilobits">Bits that the video takes, in 1000 a second at 30 frames per second.</param>
    /// <param name="element">A certain encoder; null for the best that is there.</param>
    /// <exception cref="RecordingException">None is installed, or the size is odd.</exception>
    public H264Encoder(FrameLayout layout, int keyFrames, int kilobits, string? element = null)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentOutOfRangeException.ThrowIfLessThan(keyFrames, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(kilobits, 1);
        if (layout.Width % 2 != 0 || layout.Height % 2 != 0)
        {
            throw new RecordingException(
                $"Frames of {layout.Width} x {layout.Height} cannot become H.264: both must be even. Record jpeg or "
                + "raw.");
        }

        if (Probe(element) is { } fault)
        {
            throw new RecordingException(fault);
        }

        (_layout, KeyFrames, _kilobits) = (layout, keyFrames, kilobits);
        _element = element ?? Best()!;
    }

    /// <summary>Names of the encoders that can be used, the best first.</summary>
    public static IReadOnlyList<string> Elements { get; } = ["nvv4l2h264enc", "x264enc", "openh264enc"];

    /// <inheritdoc/>
    public int KeyFrames { get; }

    /// <summary>Why nothing can be encoded here; null where it can.</summary>
    /// <param name="element">A certain encoder; null for any.</param>
    public static string? Probe(string? element = null)
    {
        string? obstacle = StepPipeline.Obstacle("appsrc", "videoconvert", "h264parse");
        if (obstacle is null && (element is null ? Best() is null : StepPipeline.Obstacle(element) is not null))
        {
            obstacle = element is null
                ? "GStreamer has none of the encoders " + string.Join(", ", Elements)
                    + "; apt install gstreamer1.0-plugins-ugly (x264enc)."
                : StepPipeline.Obstacle(element);
        }

        return obstacle is null ? null : "Cannot record H.264: " + obstacle;
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Encode(ReadOnlySpan<byte> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(pixels.Length, _layout.MaxSampleBytes);
        try
        {
            _pipeline ??= Open();
            int stride = PictureRows.Stride(_layout);
            PictureRows.Copy(
                _layout, pixels, _layout.Width * _layout.Channels, _pipeline.Begin(stride * _layout.Height), stride);
            return _pipeline.Step();
        }
        catch (RecordingException failure)
        {
            Restart();
            throw new RecordingException($"Cannot record H.264 by {_element}: {failure.Message}", failure);
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

    private static string? Best()
    {
        foreach (string element in Elements)
        {
            if (StepPipeline.Obstacle(element) is null)
            {
                return element;
            }
        }

        return null;
    }

    private StepPipeline Open()
    {
        string key = KeyFrames.ToString(CultureInfo.InvariantCulture);
        string bits = (_kilobits * 1000L).ToString(CultureInfo.InvariantCulture);
        string encoder = _element switch
        {
            "nvv4l2h264enc" => "nvvidconv ! video/x-raw(memory:NVMM),format=NV12 ! nvv4l2h264enc "
                + $"iframeinterval={key} idrinterval={key} insert-sps-pps=true num-B-Frames=0 bitrate={bits}",
            "openh264enc" => $"video/x-raw,format=I420 ! openh264enc gop-size={key} bitrate={bits} "
                + "rate-control=bitrate complexity=low",
            _ => "video/x-raw,format=I420 ! x264enc tune=zerolatency speed-preset=superfast bframes=0 "
                + $"key-int-max={key} option-string=\"scenecut=0\" bitrate={_kilobits}",
        };
        return new StepPipeline(
            $"videoconvert ! {encoder} ! h264parse config-interval=-1 ! {OutputCaps}",
            $"video/x-raw,format={PictureRows.Format(_layout)},width={_layout.Width},height={_layout.Height},"
            + "framerate=30/1");
    }
}
