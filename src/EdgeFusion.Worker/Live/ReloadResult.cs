using System.Collections.Immutable;

namespace EdgeFusion.Worker.Live;

/// <summary>What became of a new configuration.</summary>
/// <param name="Accepted">Whether it is in force, as far as it applies live.</param>
/// <param name="Reason">Why not, or what of it could not be done; null where all is well.</param>
/// <param name="Applied">Keys that have been applied.</param>
/// <param name="NeedRestart">Keys that differ from what runs and wait for a restart.</param>
internal sealed record ReloadResult(
    bool Accepted, string? Reason, ImmutableArray<string> Applied, ImmutableArray<string> NeedRestart);
