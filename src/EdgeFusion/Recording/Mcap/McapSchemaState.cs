namespace EdgeFusion.Recording.Mcap;

/// <summary>What a writer keeps per schema.</summary>
internal sealed class McapSchemaState(McapSchema schema)
{
    public McapSchema Schema { get; } = schema;

    /// <summary>Number of the block of each lane that last defined the schema.</summary>
    public long[] DefinedIn { get; } = [-1, -1];

    /// <summary>Whether a definition has reached the file.</summary>
    public bool DefinedInFile { get; set; }
}
