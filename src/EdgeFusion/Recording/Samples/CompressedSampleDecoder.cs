using System.Runtime.CompilerServices;
using EdgeFusion.Recording.Cdr;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Recording.Samples;

/// <summary>sensor_msgs/msg/CompressedImage into frames, decoded by an adapter.</summary>
internal sealed class CompressedSampleDecoder : SampleDecoder
{
    private const double UsualRateHz = 30;

    private readonly FrameLayout _layout;
    private readonly IImageDecoder _decoder;

    private CompressedSampleDecoder(DecoderSource source, FrameLayout layout, IImageDecoder decoder)
        : base(source, source.Foreign("camera", layout, UsualRateHz))
    {
        _layout = layout;
        _decoder = decoder;
    }

    public static CompressedSampleDecoder Create(DecoderSource source, ReadOnlySpan<byte> firstMessage)
    {
        IImageDecoder decoder = source.Options.ImageDecoder ?? throw new RecordingException(
            $"Cannot read {source.What}: this build has no decoder for compressed images.");
        FrameLayout? own = source.OwnLayout<FrameLayout>();
        if (own is null)
        {
            CompressedImageMessage image = CompressedImageMessage.Read(firstMessage, source.What, source.Wire);
            own = ImageFileHeader.Read(image.Data, source.What).ToLayout();
        }

        return new CompressedSampleDecoder(source, own, decoder);
    }

    private protected override int Decode(ReadOnlySpan<byte> message, Span<byte> slot, out Timestamp stamp)
    {
        CompressedImageMessage image = CompressedImageMessage.Read(message, What, Wire);
        stamp = image.Stamp;
        ImageFileHeader header = ImageFileHeader.Read(image.Data, What);
        if (header.Width != _layout.Width || header.Height != _layout.Height || !_decoder.CanDecode(header.Kind))
        {
            ThrowUnusable(in header);
        }

        _decoder.Decode(in header, image.Data, _layout, slot[.._layout.MaxSampleBytes]);
        return _layout.MaxSampleBytes;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ThrowUnusable(in ImageFileHeader header) => throw new RecordingException(
        _decoder.CanDecode(header.Kind)
            ? $"Cannot use a message of {What}: field 'data' is an image of {header.Width} x {header.Height}; the "
                + $"channel has {_layout.Width} x {_layout.Height}. The message is left out."
            : $"Cannot use a message of {What}: field 'data' is a {header.Kind} image, for which this machine has no "
                + "decoder. Install libturbojpeg0 (JPEG) or libpng16-16 (PNG).");
}
