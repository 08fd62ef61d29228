namespace EdgeFusion.Linux.Discovery;

/// <summary>A device that the system lists.</summary>
/// <param name="Kind">camera, microphone or serial.</param>
/// <param name="Address">What to write into a sensor's Device: the most durable name there is.</param>
/// <param name="Node">Where that leads now.</param>
/// <param name="Description">The device's own name.</param>
/// <param name="Problem">Why it cannot be used as it is; null where it can.</param>
public sealed record FoundDevice(string Kind, string Address, string Node, string Description, string? Problem);
