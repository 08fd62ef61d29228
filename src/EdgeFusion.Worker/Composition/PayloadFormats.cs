using EdgeFusion.Publishing;

namespace EdgeFusion.Worker.Composition;

/// <summary>The payload encodings by their words in the configuration.</summary>
internal static class PayloadFormats
{
    /// <summary>In the order of <see cref="PayloadEncoding"/>.</summary>
    public static readonly string[] Words = ["json", "cbor"];

    public static PayloadEncoding From(string word) => (PayloadEncoding)Math.Max(0, Array.IndexOf(Words, word));
}
