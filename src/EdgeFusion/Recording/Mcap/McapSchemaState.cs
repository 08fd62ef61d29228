namespace EdgeFusion.Recording.Mcap;

/// <summary>What a writer keeps per schema.</summary>
internal sealed class McapSchemaState(McapSchema schema)
{
    public McapSchema Schema { get; } = schema;

    /// <summary>Number of the block that last defined the schema.</summary>
    public long DefinedIn { get; set; } = -1;

    /// <summary>Whether a definition has reached the file.</summary>
    public bool DefinedInFile { get; set; }
}
