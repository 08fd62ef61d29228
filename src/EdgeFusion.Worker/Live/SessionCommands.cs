using EdgeFusion.Publishing.Commands;

namespace EdgeFusion.Worker.Live;

/// <summary>Carries out commands on a session.</summary>
/// <param name="session">The session.</param>
internal sealed class SessionCommands(LiveSession session) : ICommandHandler
{
    /// <inheritdoc/>
    public string? Execute(CommandVerb verb, IReadOnlyDictionary<string, string> fields) => verb.Name switch
    {
        "black_box" => session.TriggerBlackBox("command: " + fields.GetValueOrDefault("reason", "no reason given"))
            ? null
            : "there is no black box: set Recording:BlackBox:Folder",
        "label_start" => session.Labels.Start(fields["head"], fields["label"]),
        "label_stop" => session.Labels.Stop(fields["head"]),
        "tare" => session.Tare(fields["sensor"]),
        "context" => session.Context.TrySet([new(fields["name"], fields.GetValueOrDefault("label"))]),
        "reload" => session.Reload is { } reload
            ? reload()
            : "this node has no configuration file to read again",
        _ => "this node cannot do that",
    };
}
