namespace EdgeFusion.Publishing.Commands;

/// <summary>What became of the commands that came; always Received = Done + Failed + Refused + Waiting.</summary>
/// <param name="Received">Messages on the node's command topics.</param>
/// <param name="Done">Carried out.</param>
/// <param name="Failed">Tried, but could not be carried out.</param>
/// <param name="Refused">Not tried.</param>
/// <param name="Waiting">Taken, and not carried out yet.</param>
public readonly record struct CommandCounters(long Received, long Done, long Failed, long Refused, long Waiting);
