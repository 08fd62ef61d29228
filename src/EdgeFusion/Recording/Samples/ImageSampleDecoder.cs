using System.Runtime.CompilerServices;
using System.Text;
using EdgeFusion.Recording.Cdr;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Recording.Samples;

/// <summary>sensor_msgs/msg/Image into frames; removes row padding.</summary>
internal sealed class ImageSampleDecoder : SampleDecoder
{
    private const double UsualRateHz = 30;

    private readonly FrameLayout _layout;

    private ImageSampleDecoder(DecoderSource source, FrameLayout layout)
        : base(source, source.Foreign("camera", layout, UsualRateHz)) => _layout = layout;

    public static ImageSampleDecoder Create(DecoderSource source, ReadOnlySpan<byte> firstMessage)
    {
        FrameLayout? own = source.OwnLayout<FrameLayout>();
        return new ImageSampleDecoder(
            source, own ?? Derive(source, ImageMessage.Read(firstMessage, source.What, source.Wire)));
    }

    private protected override int Decode(ReadOnlySpan<byte> message, Span<byte> slot, out Timestamp stamp)
    {
        ImageMessage image = ImageMessage.Read(message, What, Wire);
        stamp = image.Stamp;
        bool isSame = image.Width == _layout.Width && image.Height == _layout.Height
            && FormatNames.TryRos(image.Encoding, out PixelFormat format) && format == _layout.Format;
        int rowBytes = _layout.Width * _layout.Channels;
        if (!isSame || image.Step < rowBytes || image.Data.Length < NeededBytes(image.Step, rowBytes))
        {
            ThrowOther(in image);
        }

        int step = (int)Math.Min(image.Step, int.MaxValue);
        if (step == rowBytes)
        {
            image.Data[.._layout.MaxSampleBytes].CopyTo(slot);
            return _layout.MaxSampleBytes;
        }

        for (int row = 0; row < _layout.Height; row++)
        {
            image.Data.Slice(row * step, rowBytes).CopyTo(slot[(row * rowBytes)..]);
        }

        return _layout.MaxSampleBytes;
    }

    // The last row needs no padding behind it.
    private long NeededBytes(uint step, int rowBytes) => ((long)step * (_layout.Height - 1)) + rowBytes;

    private static FrameLayout Derive(DecoderSource source, ImageMessage image)
    {
        if (!FormatNames.TryRos(image.Encoding, out PixelFormat format))
        {
            throw new RecordingException(
                $"Cannot read {source.What}: field 'encoding' is '{Encoding.UTF8.GetString(image.Encoding)}'; "
                + "supported are rgb8, bgr8, mono8, 8UC1 and 8UC3. Convert the topic's images when recording.");
        }

        if (image.Width is < 1 or > SampleLimits.ImageExtent || image.Height is < 1 or > SampleLimits.ImageExtent)
        {
            throw new RecordingException(
                $"Cannot read {source.What}: fields 'width' and 'height' say {image.Width} x {image.Height}; supported "
                + $"are 1..{SampleLimits.ImageExtent} each way. The message is damaged.");
        }

        return new FrameLayout((int)image.Width, (int)image.Height, format);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ThrowOther(in ImageMessage image) => throw new RecordingException(
        $"Cannot use a message of {What}: fields say {image.Width} x {image.Height} "
        + $"'{Encoding.UTF8.GetString(image.Encoding)}', step {image.Step}, {image.Data.Length} bytes of data; the "
        + $"channel has {_layout.Width} x {_layout.Height} {FormatNames.Of(_layout.Format)}. The message is left out.");
}
