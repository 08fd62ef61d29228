namespace EdgeFusion.Sensing.Ros;

/// <summary>Turns messages of one topic into samples.</summary>
/// <remarks><b>Threading.</b> One thread. Hot path: a good message costs no allocation.</remarks>
internal abstract class RosDecoder
{
    /// <summary>Why the latest message that was not good was not; empty before one.</summary>
    public string Fault { get; protected set; } = "";

    /// <summary>Decodes one message into a ring slot.</summary>
    public abstract RosVerdict Decode(ReadOnlySpan<byte> message, Span<byte> slot, out RosSample sample);
}
