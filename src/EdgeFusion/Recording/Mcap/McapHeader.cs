namespace EdgeFusion.Recording.Mcap;

/// <summary>First record of a file.</summary>
/// <param name="Profile">Agreement on the contents, such as "ros2" or "edgefusion"; may be empty.</param>
/// <param name="Library">Program that wrote the file; may be empty.</param>
public sealed record McapHeader(string Profile, string Library);
