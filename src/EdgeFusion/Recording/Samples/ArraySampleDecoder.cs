using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EdgeFusion.Recording.Cdr;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Recording.Samples;

/// <summary>std_msgs/msg/Float32MultiArray into a vector as long as the first message's data.</summary>
internal sealed class ArraySampleDecoder : SampleDecoder
{
    private const double UsualRateHz = 100;

    private readonly int _width;

    private ArraySampleDecoder(DecoderSource source, int width)
        : base(source, source.Foreign("vector", VectorLayout.Uniform(width, "v", "1"), UsualRateHz)) => _width = width;

    public static ArraySampleDecoder Create(DecoderSource source, ReadOnlySpan<byte> firstMessage)
    {
        if (source.OwnLayout<VectorLayout>() is { } own)
        {
            return new ArraySampleDecoder(source, own.Width);
        }

        int width = Float32MultiArrayMessage.Read(firstMessage, source.What, source.Wire).Data.Count;
        return width is >= 1 and <= SampleLimits.VectorElements
            ? new ArraySampleDecoder(source, width)
            : throw new RecordingException(
                $"Cannot read {source.What}: field 'data' of the first message has {width} elements; supported are "
                + $"1..{SampleLimits.VectorElements}.");
    }

    private protected override int Decode(ReadOnlySpan<byte> message, Span<byte> slot, out Timestamp stamp)
    {
        stamp = default;
        CdrNumbers data = Float32MultiArrayMessage.Read(message, What, Wire).Data;
        if (data.Count != _width)
        {
            ThrowOtherWidth(data.Count);
        }

        FloatFields.Copy(in data, MemoryMarshal.Cast<byte, float>(slot), What, "data");
        return _width * sizeof(float);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ThrowOtherWidth(int width) => throw new RecordingException(
        $"Cannot use a message of {What}: field 'data' has {width} elements; the channel has {_width}. "
        + "The message is left out.");
}
