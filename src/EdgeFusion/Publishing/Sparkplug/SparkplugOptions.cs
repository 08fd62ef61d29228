namespace EdgeFusion.Publishing.Sparkplug;

/// <summary>Who a Sparkplug B edge node is.</summary>
public sealed record SparkplugOptions
{
    /// <summary>Group of edge nodes; default "EdgeFusion". Not empty, without + / #.</summary>
    public string Group { get; init; } = "EdgeFusion";

    /// <summary>Name of the edge node, unique in its group. Not empty, without + / #.</summary>
    public required string EdgeNode { get; init; }

    /// <summary>Host application to wait for before anything is published; empty (default) for none.</summary>
    public string PrimaryHost { get; init; } = "";

    /// <summary>File in which the number of the next birth survives a restart.</summary>
    public required string StateFile { get; init; }

    /// <summary>Version of the product, told in births.</summary>
    public required string Version { get; init; }

    /// <summary>Longest pause between two attempts to connect; default 1 s.</summary>
    public TimeSpan BackOffMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Checks all values.</summary>
    /// <returns>The faults, each beginning with the property; empty for none.</returns>
    public IReadOnlyList<string> Check()
    {
        var faults = new List<string>();
        CheckName(faults, nameof(Group), Group);
        CheckName(faults, nameof(EdgeNode), EdgeNode);
        if (PrimaryHost.Length > 0)
        {
            CheckName(faults, nameof(PrimaryHost), PrimaryHost);
        }

        if (StateFile.Length == 0)
        {
            faults.Add("StateFile is missing: name a file in which the number of births survives a restart");
        }

        return faults;
    }

    private static void CheckName(List<string> faults, string property, string name)
    {
        if (name.Length == 0 || name.AsSpan().IndexOfAny("+/#") >= 0)
        {
            faults.Add($"{property} is '{name}'; it must not be empty or have + / #");
        }
    }
}
