namespace EdgeFusion.Publishing.Commands;

/// <summary>Carries out commands.</summary>
public interface ICommandHandler
{
    /// <summary>Carries one out.</summary>
    /// <param name="verb">Which.</param>
    /// <param name="fields">The fields that came, by name; checked against the verb's.</param>
    /// <returns>Null where it is done; else one sentence why not, which the sender gets: no secrets.</returns>
    /// <remarks><b>Threading.</b> On a thread for commands, one at a time. Must not throw; may take seconds, during
    /// which further commands wait.</remarks>
    string? Execute(CommandVerb verb, IReadOnlyDictionary<string, string> fields);
}
