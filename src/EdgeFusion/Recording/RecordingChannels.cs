using System.Collections.Immutable;
using EdgeFusion.Recording.Mcap;

namespace EdgeFusion.Recording;

/// <summary>Looks at the channels of an open recording.</summary>
internal static class RecordingChannels
{
    /// <summary>Whether a channel may hold samples: not ours for other things, and not the format of audio.</summary>
    public static bool IsSensor(McapChannel channel) =>
        !channel.Topic.StartsWith("/edgefusion/", StringComparison.Ordinal)
        && !channel.Topic.EndsWith(RecordingTopics.InfoSuffix, StringComparison.Ordinal);

    public static ChannelDescription Describe(McapIndexedReader file, McapChannel channel)
    {
        file.Schemas.TryGetValue(channel.SchemaId, out McapSchema? schema);
        return new ChannelDescription
        {
            Topic = channel.Topic,
            MessageEncoding = channel.MessageEncoding,
            SchemaName = schema?.Name ?? "",
            SchemaEncoding = schema?.Encoding ?? "",
            SchemaText = schema?.Data ?? default,
            Metadata = channel.Metadata.ToImmutableSortedDictionary(StringComparer.Ordinal),
        };
    }

    /// <summary>A copy of the first message of a topic; empty where it has none.</summary>
    public static byte[] FirstMessage(McapIndexedReader file, string topic)
    {
        bool known = false;
        foreach (McapChannel channel in file.Channels.Values)
        {
            known |= channel.Topic == topic;
        }

        if (!known)
        {
            return [];
        }

        McapMessageReader messages = file.ReadMessages(new McapMessageFilter { Topics = [topic] });
        return messages.MoveNext() ? messages.Current.Data.ToArray() : [];
    }

    /// <summary>Mean rate of a channel's messages by the statistics; null where they do not tell.</summary>
    public static double? MessageRate(McapIndexedReader file, McapChannel channel)
    {
        if (file.Statistics is not { } statistics
            || !statistics.ChannelMessageCounts.TryGetValue(channel.Id, out ulong count) || count < 2
            || statistics.MessageEndTime <= statistics.MessageStartTime)
        {
            return null;
        }

        double seconds = (statistics.MessageEndTime - statistics.MessageStartTime) / 1e9;
        double rate = count / seconds;
        return rate is > 0.001 and < 1e6 ? rate : null;
    }
}
