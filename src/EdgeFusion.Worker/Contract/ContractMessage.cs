using EdgeFusion.Publishing;
using EdgeFusion.Publishing.Commands;
using EdgeFusion.Worker.Live;

namespace EdgeFusion.Worker.Contract;

/// <summary>One kind of message that a node sends or takes.</summary>
/// <param name="Name">Its name in the document.</param>
/// <param name="Topic">Its topic, as the publishing code makes it; what differs stands in braces.</param>
/// <param name="Sends">Whether the node sends it; else it takes it.</param>
/// <param name="Quality">Delivery guarantee.</param>
/// <param name="Retain">Whether the broker keeps it.</param>
/// <param name="Expiry">How long it is worth delivering; zero = for ever.</param>
/// <param name="Schemas">Names of the schemas that its payload may follow.</param>
/// <param name="Summary">One sentence.</param>
internal sealed record ContractMessage(
    string Name, string Topic, bool Sends, QualityOfService Quality, bool Retain, TimeSpan Expiry, string[] Schemas,
    string Summary)
{
    /// <summary>Where the answer goes; null for a message without one.</summary>
    public ContractMessage? Reply { get; init; }

    /// <summary>All messages of a node.</summary>
    /// <param name="topics">The node's topics; its name may stand in braces.</param>
    /// <param name="options">Expiries.</param>
    /// <param name="commands">The commands that it takes.</param>
    public static List<ContractMessage> Of(
        NodeTopics topics, PredictionPublisherOptions options, IEnumerable<CommandVerb> commands)
    {
        const QualityOfService Once = QualityOfService.AtLeastOnce;
        ContractMessage replay = new(
            "replayAnswer", topics.ReplayPrefix + "response/{subscriber}", true, Once, false, options.PredictionExpiry,
            ["prediction", "replay-end"], "The messages asked for as they were published, then an end.");
        ContractMessage answer = new(
            "commandAnswer", topics.CommandResponses + "{subscriber}", true, Once, false,
            CommandOptions.ReplyExpiry, ["command-reply"], "What became of a command.");
        List<ContractMessage> messages =
        [
            new("status", topics.Status, true, Once, true, TimeSpan.Zero, ["status"],
                "online, stopped (a clean end) or lost (the last will)."),
            new("info", topics.Info, true, Once, true, TimeSpan.Zero, ["info"],
                "Version, model, heads, inputs, sensors and topics of the node."),
            new("heartbeat", topics.Heartbeat, true, QualityOfService.AtMostOnce, false, options.HeartbeatExpiry,
                ["heartbeat"], "Once a second while the node lives."),
            new("gaps", topics.Gaps, true, Once, true, TimeSpan.Zero, ["gaps"],
                "What will never be delivered, and how far earlier runs had come."),
            new("sensor", topics.Sensor("{sensor}"), true, Once, true, options.SensorExpiry, ["sensor"],
                "State of a sensor, on change and every ten seconds."),
            new("prediction", topics.Prediction("{head}"), true, Once, false, options.PredictionExpiry,
                ["prediction"], "The answer of one head to one window."),
            new("shadow", topics.Shadow, true, QualityOfService.AtMostOnce, false, ShadowReport.Expiry, ["shadow"],
                "A window on which a candidate model disagrees with the live one."),
            replay,
            new("replayRequest", topics.ReplayRequest, false, Once, false, TimeSpan.Zero, ["replay-request"],
                "A range of predictions is wanted again.")
            { Reply = replay },
        ];
        bool any = false;
        foreach (CommandVerb verb in commands)
        {
            any = true;
            string name = "command-" + verb.Name.Replace('_', '-');
            messages.Add(new(
                name, topics.Command(verb.Name), false, Once, false, TimeSpan.Zero, [name], verb.Description)
            { Reply = answer });
        }

        if (any)
        {
            messages.Add(answer);
        }

        return messages;
    }
}
