using EdgeFusion.Recording;
using EdgeFusion.Recording.Mcap;

namespace EdgeFusion.Worker.Dashboard.Recordings;

/// <summary>The predictions that a recording holds, as the lines that a replay would print.</summary>
internal static class RecordedPredictions
{
    /// <summary>Whether there are any.</summary>
    public static bool In(McapIndexedReader file) =>
        file.Channels.Values.Any(channel => channel.Topic == RecordingTopics.Predictions);

    /// <summary>Writes them to a file.</summary>
    /// <exception cref="RecordingException">The recording cannot be read, or holds none.</exception>
    public static void Write(string recording, string target)
    {
        using var file = McapIndexedReader.Open(recording, Composition.Recordings.ReadOptions(recover: true));
        if (!In(file))
        {
            throw new RecordingException("This recording holds no predictions: choose a model to replay it with.");
        }

        using FileStream output = File.Create(target);
        var filter = new McapMessageFilter { Topics = [RecordingTopics.Predictions] };
        foreach (McapMessage message in file.ReadMessages(filter))
        {
            output.Write(message.Data);
            output.WriteByte((byte)'\n');
        }
    }
}
