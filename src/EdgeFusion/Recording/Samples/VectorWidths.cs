using EdgeFusion.Sensing;

namespace EdgeFusion.Recording.Samples;

/// <summary>Checks that a recorded vector layout is as wide as its message type.</summary>
internal static class VectorWidths
{
    public static void Require(DecoderSource source, params ReadOnlySpan<int> widths)
    {
        VectorLayout? own = source.OwnLayout<VectorLayout>();
        if (own is not null && !widths.Contains(own.Width))
        {
            throw new RecordingException(
                $"Cannot read {source.What}: metadata '{ChannelLayout.LayoutKey}' has {own.Width} elements, which this "
                + "type does not hold. The recording is damaged.");
        }
    }
}
