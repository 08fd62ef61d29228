namespace EdgeFusion.Publishing;

/// <summary>The topics of one node: prefix/node/...</summary>
public sealed class NodeTopics
{
    /// <summary>The prefix where none is configured.</summary>
    public const string DefaultPrefix = "edgefusion";

    private readonly string _root;

    /// <summary>Builds the topics; both names are made legal first.</summary>
    /// <param name="node">Name of this node, one segment.</param>
    /// <param name="prefix">One or more segments.</param>
    public NodeTopics(string node, string prefix = DefaultPrefix)
    {
        _root = TopicName.Path(prefix) + "/" + TopicName.Segment(node);
        Status = _root + "/status";
        Info = _root + "/info";
        Heartbeat = _root + "/heartbeat";
        Shadow = _root + "/shadow";
        Gaps = _root + "/gaps";
        ReplayPrefix = _root + "/replay/";
        ReplayRequest = ReplayPrefix + "request";
        Commands = _root + "/cmd/+";
        CommandResponses = _root + "/cmd/response/";
    }

    /// <summary>Retained: online, stopped or lost.</summary>
    public string Status { get; }

    /// <summary>Retained: version, model, heads, inputs.</summary>
    public string Info { get; }

    /// <summary>Once a second while the node lives.</summary>
    public string Heartbeat { get; }

    /// <summary>Windows on which a candidate model disagrees with the live one.</summary>
    public string Shadow { get; }

    /// <summary>Retained: what was lost for good.</summary>
    public string Gaps { get; }

    /// <summary>Where subscribers ask for a range again.</summary>
    public string ReplayRequest { get; }

    /// <summary>What every response topic of a replay begins with.</summary>
    public string ReplayPrefix { get; }

    /// <summary>Filter that matches every command to this node, and no answer.</summary>
    public string Commands { get; }

    /// <summary>What every response topic of a command begins with.</summary>
    public string CommandResponses { get; }

    /// <summary>Filter that matches every topic of every node under the default prefix.</summary>
    public static string Everything => DefaultPrefix + "/#";

    /// <summary>Retained: state of one sensor.</summary>
    public string Sensor(string name) => _root + "/sensor/" + TopicName.Segment(name);

    /// <summary>Where a command is given.</summary>
    public string Command(string verb) => _root + "/cmd/" + TopicName.Segment(verb);

    /// <summary>Predictions of one head.</summary>
    public string Prediction(string head) => _root + "/prediction/" + TopicName.Segment(head);
}
