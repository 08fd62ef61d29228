using System.Collections.Immutable;

namespace EdgeFusion.Publishing.Commands;

/// <summary>What a node can be told to do from outside. The list is closed: nothing here names a path, a program, an
/// address or a model, and nothing moves an actuator.</summary>
/// <param name="Name">The last segment of its topic.</param>
/// <param name="Description">What it does, one sentence.</param>
/// <param name="Fields">What its payload may hold; nothing else is taken.</param>
public sealed record CommandVerb(string Name, string Description, ImmutableArray<CommandField> Fields)
{
    /// <summary>Most characters of the response topic and of the correlation in a payload; every command may have both.
    /// </summary>
    public const int MaxAddress = 256;

    /// <summary>Writes the black box's last seconds to a file.</summary>
    public static CommandVerb BlackBox { get; } = new(
        "black_box", "Writes the last seconds, which the black box holds, to a file.",
        [new CommandField("reason", "Why; stands in the recording.", IsRequired: false, MaxLength: 200)]);

    /// <summary>Begins a label in the recordings.</summary>
    public static CommandVerb LabelStart { get; } = new(
        "label_start", "Begins a label in the recordings; one of the same head that is open ends.",
        [
            new CommandField("head", "What is labelled, e.g. colour.", IsRequired: true),
            new CommandField("label", "The label, e.g. red.", IsRequired: true),
        ]);

    /// <summary>Ends a label in the recordings.</summary>
    public static CommandVerb LabelStop { get; } = new(
        "label_stop", "Ends the open label of a head.",
        [new CommandField("head", "What is labelled.", IsRequired: true)]);

    /// <summary>Takes a force sensor's present load as its zero.</summary>
    public static CommandVerb Tare { get; } = new(
        "tare", "Takes what a force sensor feels in the next second as its zero; nothing is written to the device.",
        [new CommandField("sensor", "Name of the sensor.", IsRequired: true)]);

    /// <summary>Tells the model something besides its sensors.</summary>
    public static CommandVerb Context { get; } = new(
        "context", "Sets one of the model's context inputs, from the next window on.",
        [
            new CommandField("name", "Name of the context input, e.g. behaviour.", IsRequired: true),
            new CommandField("label", "One of its labels; absent or empty: unknown.", IsRequired: false),
        ]);

    /// <summary>Reads the node's own configuration again.</summary>
    public static CommandVerb Reload { get; } = new(
        "reload", "Reads the node's own configuration file again, as SIGHUP does.", []);

    /// <summary>All that there are.</summary>
    public static ImmutableArray<CommandVerb> All { get; } =
        [BlackBox, LabelStart, LabelStop, Tare, Context, Reload];

    /// <summary>The verb of a name; null for none.</summary>
    public static CommandVerb? Find(string name)
    {
        foreach (CommandVerb verb in All)
        {
            if (verb.Name == name)
            {
                return verb;
            }
        }

        return null;
    }
}
