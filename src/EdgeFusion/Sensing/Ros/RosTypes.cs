using EdgeFusion.Recording.Cdr;
using EdgeFusion.Recording.Samples;

namespace EdgeFusion.Sensing.Ros;

/// <summary>Which message types can become which layouts.</summary>
internal static class RosTypes
{
    /// <summary>"package/Type" is the spelling of ROS 1, which some bridges keep.</summary>
    public static string Canonical(string type)
    {
        int slash = type.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && type.IndexOf('/', slash + 1) < 0 ? type[..slash] + "/msg" + type[slash..] : type;
    }

    /// <summary>The type that a layout suggests.</summary>
    public static string For(SampleLayout layout) => layout switch
    {
        FrameLayout => ImageMessage.TypeName,
        AudioLayout => AudioDataMessage.TypeName,
        VectorLayout vector when VectorKinds.IsWrench(vector) => WrenchStampedMessage.TypeName,
        VectorLayout vector when VectorKinds.IsImu(vector) => ImuMessage.TypeName,
        VectorLayout vector when JointMap.TryCreate(vector, out _) => JointStateMessage.TypeName,
        _ => Float32MultiArrayMessage.TypeName,
    };

    /// <summary>Whether messages of a type can become samples of a layout.</summary>
    public static bool Fits(string type, SampleLayout layout)
    {
        string canonical = Canonical(type);
        return canonical == For(layout)
            || (layout is FrameLayout && canonical == CompressedImageMessage.TypeName)
            || (layout is AudioLayout && canonical == AudioDataMessage.StampedTypeName);
    }

    /// <summary>All types that fit a layout, for messages.</summary>
    public static string Wanted(SampleLayout layout) => layout switch
    {
        FrameLayout => $"{ImageMessage.TypeName} or {CompressedImageMessage.TypeName}",
        AudioLayout => $"{AudioDataMessage.TypeName} or {AudioDataMessage.StampedTypeName}",
        _ => For(layout),
    };

    /// <summary>A layout in a few words.</summary>
    public static string Describe(SampleLayout layout) => layout switch
    {
        FrameLayout => "frames",
        AudioLayout => "audio",
        VectorLayout vector => "a vector of " + string.Join(' ', vector.Elements),
        _ => "something else",
    };
}
