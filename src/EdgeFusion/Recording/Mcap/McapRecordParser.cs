using System.Buffers.Binary;

namespace EdgeFusion.Recording.Mcap;

/// <summary>Reads records from their bodies. Bytes behind the last known field are ignored where allowed.</summary>
internal static class McapRecordParser
{
    public static McapHeader Header(ReadOnlySpan<byte> body, McapPlace place)
    {
        var cursor = new McapCursor(body, McapOpcode.Header, place);
        return new McapHeader(cursor.ReadString(), cursor.ReadString());
    }

    public static McapFooter Footer(ReadOnlySpan<byte> body, McapPlace place)
    {
        var cursor = new McapCursor(body, McapOpcode.Footer, place);
        var footer = new McapFooter(cursor.ReadUInt64(), cursor.ReadUInt64(), cursor.ReadUInt32());
        cursor.ExpectEnd();
        return footer;
    }

    public static McapSchema Schema(ReadOnlySpan<byte> body, McapPlace place)
    {
        var cursor = new McapCursor(body, McapOpcode.Schema, place);
        var schema = new McapSchema(
            cursor.ReadUInt16(), cursor.ReadString(), cursor.ReadString(), cursor.ReadBlock().ToArray());
        return schema.Id != 0
            ? schema
            : throw place.Damaged($"schema '{McapSizes.Shorten(schema.Name)}' has id 0, which means none");
    }

    public static McapChannel Channel(ReadOnlySpan<byte> body, McapPlace place)
    {
        var cursor = new McapCursor(body, McapOpcode.Channel, place);
        return new McapChannel(
            cursor.ReadUInt16(), cursor.ReadUInt16(), cursor.ReadString(), cursor.ReadString(), cursor.ReadStringMap());
    }

    /// <summary>Hot path.</summary>
    public static McapMessageHeader MessageHeader(ReadOnlySpan<byte> body, McapPlace place)
    {
        if (body.Length < McapFormat.MessageHeaderBytes)
            throw place.Damaged($"Message has {body.Length} bytes, less than its header");
        return new McapMessageHeader(
            BinaryPrimitives.ReadUInt16LittleEndian(body),
            BinaryPrimitives.ReadUInt32LittleEndian(body[2..]),
            BinaryPrimitives.ReadUInt64LittleEndian(body[6..]),
            BinaryPrimitives.ReadUInt64LittleEndian(body[14..]));
    }

    public static McapStatistics Statistics(ReadOnlySpan<byte> body, McapPlace place)
    {
        var cursor = new McapCursor(body, McapOpcode.Statistics, place);
        return new McapStatistics(
            cursor.ReadUInt64(), cursor.ReadUInt16(), cursor.ReadUInt32(), cursor.ReadUInt32(), cursor.ReadUInt32(),
            cursor.ReadUInt32(), cursor.ReadUInt64(), cursor.ReadUInt64(), cursor.ReadNumberMap());
    }

    public static McapChunkIndex ChunkIndex(ReadOnlySpan<byte> body, McapPlace place)
    {
        var cursor = new McapCursor(body, McapOpcode.ChunkIndex, place);
        return new McapChunkIndex(
            cursor.ReadUInt64(), cursor.ReadUInt64(), cursor.ReadUInt64(), cursor.ReadUInt64(),
            cursor.ReadNumberMap(), cursor.ReadUInt64(), cursor.ReadString(), cursor.ReadUInt64(),
            cursor.ReadUInt64());
    }

    /// <summary>The attachment; its CRC, if any, is checked where <paramref name="withCrc"/> says so.</summary>
    public static McapAttachment Attachment(ReadOnlySpan<byte> body, McapPlace place, bool withCrc)
    {
        var cursor = new McapCursor(body, McapOpcode.Attachment, place);
        var logTime = cursor.ReadUInt64();
        var createTime = cursor.ReadUInt64();
        var name = cursor.ReadString();
        var mediaType = cursor.ReadString();
        var data = cursor.ReadBytes(cursor.ReadUInt64());
        var covered = body.Length - cursor.Remaining;
        var expected = cursor.ReadUInt32();
        if (withCrc && expected != 0 && Crc32.Compute(body[..covered]) is var actual && actual != expected)
            throw place.Damaged(
                $"the CRC of attachment '{McapSizes.Shorten(name)}' is {actual:x8}, its record says {expected:x8}");
        return new McapAttachment(logTime, createTime, name, mediaType, data.ToArray());
    }

    /// <summary>Index entry made from the attachment itself; its contents are not copied.</summary>
    public static McapAttachmentIndex AttachmentEntry(ReadOnlySpan<byte> body, McapPlace place)
    {
        var cursor = new McapCursor(body, McapOpcode.Attachment, place);
        var logTime = cursor.ReadUInt64();
        var createTime = cursor.ReadUInt64();
        var name = cursor.ReadString();
        var mediaType = cursor.ReadString();
        return new McapAttachmentIndex(
            (ulong)place.Offset, (ulong)(McapFormat.RecordHeaderBytes + body.Length), logTime, createTime,
            cursor.ReadUInt64(), name, mediaType);
    }

    public static McapAttachmentIndex AttachmentIndex(ReadOnlySpan<byte> body, McapPlace place)
    {
        var cursor = new McapCursor(body, McapOpcode.AttachmentIndex, place);
        return new McapAttachmentIndex(
            cursor.ReadUInt64(), cursor.ReadUInt64(), cursor.ReadUInt64(), cursor.ReadUInt64(), cursor.ReadUInt64(),
            cursor.ReadString(), cursor.ReadString());
    }

    public static McapMetadata Metadata(ReadOnlySpan<byte> body, McapPlace place)
    {
        var cursor = new McapCursor(body, McapOpcode.Metadata, place);
        return new McapMetadata(cursor.ReadString(), cursor.ReadStringMap());
    }

    public static McapMetadataIndex MetadataIndex(ReadOnlySpan<byte> body, McapPlace place)
    {
        var cursor = new McapCursor(body, McapOpcode.MetadataIndex, place);
        return new McapMetadataIndex(cursor.ReadUInt64(), cursor.ReadUInt64(), cursor.ReadString());
    }

    public static McapSummaryOffset SummaryOffset(ReadOnlySpan<byte> body, McapPlace place)
    {
        var cursor = new McapCursor(body, McapOpcode.SummaryOffset, place);
        return new McapSummaryOffset((McapOpcode)cursor.ReadByte(), cursor.ReadUInt64(), cursor.ReadUInt64());
    }

    public static McapDataEnd DataEnd(ReadOnlySpan<byte> body, McapPlace place)
    {
        var cursor = new McapCursor(body, McapOpcode.DataEnd, place);
        var end = new McapDataEnd(cursor.ReadUInt32());
        cursor.ExpectEnd();
        return end;
    }
}
