namespace EdgeFusion.Recording.Mcap;

/// <summary>Constants of the file format.</summary>
internal static class McapFormat
{
    /// <summary>First and last bytes of a file.</summary>
    public static ReadOnlySpan<byte> Magic => [0x89, (byte)'M', (byte)'C', (byte)'A', (byte)'P', 0x30, 0x0D, 0x0A];

    /// <summary>Bytes of the magic.</summary>
    public const int MagicBytes = 8;

    /// <summary>Opcode (1) and length (8) in front of every record.</summary>
    public const int RecordHeaderBytes = 1 + 8;

    /// <summary>Channel id (2), sequence (4), log time (8), publish time (8).</summary>
    public const int MessageHeaderBytes = 2 + 4 + 8 + 8;

    /// <summary>One entry of a message index: log time (8), offset (8).</summary>
    public const int MessageIndexEntryBytes = 8 + 8;

    /// <summary>Body of the footer: summary start (8), summary offset start (8), CRC (4).</summary>
    public const int FooterBytes = 8 + 8 + 4;

    /// <summary>Body of the end of data: CRC (4).</summary>
    public const int DataEndBytes = 4;

    /// <summary>Footer record and magic: what every complete file ends with.</summary>
    public const int TailBytes = RecordHeaderBytes + FooterBytes + MagicBytes;

    /// <summary>Highest opcode that the specification assigns; others are skipped.</summary>
    public const McapOpcode HighestOpcode = McapOpcode.DataEnd;
}
