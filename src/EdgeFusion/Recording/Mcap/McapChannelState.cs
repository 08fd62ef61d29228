namespace EdgeFusion.Recording.Mcap;

/// <summary>What a writer keeps per channel: counts, and the index of the pending chunk.</summary>
internal sealed class McapChannelState(McapChannel channel, McapSchemaState? schema, McapBlock block)
{
    /// <summary>Entries at start: a 1 MiB chunk of 1 KiB messages.</summary>
    private const int InitialEntries = 1024;

    private readonly McapBuffer _entries = new(InitialEntries * McapFormat.MessageIndexEntryBytes);
    private readonly McapBuffer _definition = new(0);

    public McapChannel Channel { get; } = channel;

    public McapSchemaState? Schema { get; } = schema;

    /// <summary>Where its messages wait.</summary>
    public McapBlock Block { get; } = block;

    /// <summary>Messages in the file.</summary>
    public ulong Written { get; private set; }

    /// <summary>Messages in the pending block.</summary>
    public int Pending { get; private set; }

    /// <summary>Number of the block that last defined the channel.</summary>
    public long DefinedIn { get; set; } = -1;

    /// <summary>Whether a definition has reached the file.</summary>
    public bool DefinedInFile { get; set; }

    /// <summary>Log times and offsets of the pending messages, as the message index stores them.</summary>
    public ReadOnlySpan<byte> Entries => _entries.Written;

    /// <summary>Its channel record, laid out once: walking through the metadata would allocate with every chunk.
    /// </summary>
    public ReadOnlySpan<byte> Definition(ReadOnlySpan<byte> padding)
    {
        if (_definition.Length == 0)
            _definition.WriteChannel(Channel, padding);
        return _definition.Written;
    }

    public void Add(ulong logTime, int offset, bool withEntry)
    {
        Pending++;
        if (!withEntry)
            return;
        _entries.WriteUInt64(logTime);
        _entries.WriteUInt64((ulong)offset);
    }

    public void Commit()
    {
        Written += (ulong)Pending;
        Discard();
    }

    public void Discard()
    {
        Pending = 0;
        _entries.Clear();
    }
}
