namespace EdgeFusion.Recording.Mcap;

/// <summary>Kind of an MCAP record: its first byte. Values from 0x80 are private, unknown ones are skipped.</summary>
public enum McapOpcode : byte
{
    /// <summary>No record; never valid in a file.</summary>
    None = 0,

    /// <summary>Profile and library; the first record.</summary>
    Header = 0x01,

    /// <summary>Where the summary lies; the last record.</summary>
    Footer = 0x02,

    /// <summary>Describes the message type of channels.</summary>
    Schema = 0x03,

    /// <summary>A topic with its encoding.</summary>
    Channel = 0x04,

    /// <summary>One message on a channel.</summary>
    Message = 0x05,

    /// <summary>A block of schemas, channels and messages, possibly compressed.</summary>
    Chunk = 0x06,

    /// <summary>Times and offsets of one channel's messages in the chunk before.</summary>
    MessageIndex = 0x07,

    /// <summary>Place and time range of a chunk (summary).</summary>
    ChunkIndex = 0x08,

    /// <summary>A named file inside the recording.</summary>
    Attachment = 0x09,

    /// <summary>Place of an attachment (summary).</summary>
    AttachmentIndex = 0x0A,

    /// <summary>Counts and time range (summary).</summary>
    Statistics = 0x0B,

    /// <summary>A named map of strings.</summary>
    Metadata = 0x0C,

    /// <summary>Place of a metadata record (summary).</summary>
    MetadataIndex = 0x0D,

    /// <summary>Place of one kind of record in the summary.</summary>
    SummaryOffset = 0x0E,

    /// <summary>End of the data section, with its CRC.</summary>
    DataEnd = 0x0F,
}
