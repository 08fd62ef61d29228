using EdgeFusion.Recording;

namespace EdgeFusion.Worker.Composition;

/// <summary>
/// What this build offers, by name. Package adapters that are switched off leave a partial method without a body,
/// which the compiler removes together with its call.
/// </summary>
internal static partial class Adapters
{
    /// <summary>A decoder for JPEG and PNG.</summary>
    public static IImageDecoder? ImageDecoder() => null;
}
