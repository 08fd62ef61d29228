namespace EdgeFusion.Publishing.Sparkplug;

/// <summary>The topics of an edge node: spBv1.0/group/type/node[/device].</summary>
internal sealed class SparkplugTopics(SparkplugOptions options)
{
    private const string Namespace = "spBv1.0/";

    public string NodeBirth { get; } = Node(options, "NBIRTH");

    public string NodeData { get; } = Node(options, "NDATA");

    public string NodeDeath { get; } = Node(options, "NDEATH");

    public string NodeCommand { get; } = Node(options, "NCMD");

    /// <summary>Whether the primary host is there; empty where there is none to wait for.</summary>
    public string HostState { get; } =
        options.PrimaryHost.Length == 0 ? "" : Namespace + "STATE/" + options.PrimaryHost;

    public string DeviceBirth(string device) => Node(options, "DBIRTH") + "/" + device;

    public string DeviceData(string device) => Node(options, "DDATA") + "/" + device;

    public string DeviceDeath(string device) => Node(options, "DDEATH") + "/" + device;

    private static string Node(SparkplugOptions options, string type) =>
        $"{Namespace}{options.Group}/{type}/{options.EdgeNode}";
}
