using System.Runtime.InteropServices;
using EdgeFusion.Recording.Cdr;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Recording.Samples;

/// <summary>geometry_msgs/msg/WrenchStamped into fx fy fz tx ty tz.</summary>
internal sealed class WrenchSampleDecoder : SampleDecoder
{
    private const double UsualRateHz = 100;

    public WrenchSampleDecoder(DecoderSource source)
        : base(
            source,
            source.Foreign("force", new VectorLayout(VectorKinds.Wrench, VectorKinds.WrenchUnits), UsualRateHz)) =>
        VectorWidths.Require(source, WrenchStampedMessage.Width);

    private protected override int Decode(ReadOnlySpan<byte> message, Span<byte> slot, out Timestamp stamp)
    {
        WrenchStampedMessage wrench = WrenchStampedMessage.Read(message, What, Wire);
        stamp = wrench.Stamp;
        FloatFields.Copy(wrench.Values, MemoryMarshal.Cast<byte, float>(slot), What, "wrench");
        return WrenchStampedMessage.Width * sizeof(float);
    }
}
