using EdgeFusion.Models;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Time;
using EdgeFusion.Windowing;

namespace EdgeFusion.Recording;

/// <summary>The decisions of a recording, in order.</summary>
public sealed class RecordingCuts : ICutSource
{
    private readonly McapIndexedReader _file;
    private readonly ModelManifest _manifest;
    private readonly McapMessageReader _messages;
    private Timestamp _from = Timestamp.MinValue;

    private RecordingCuts(McapIndexedReader file, ModelManifest manifest)
    {
        _file = file;
        _manifest = manifest;
        _messages = file.ReadMessages(new McapMessageFilter { Topics = [RecordingTopics.Cuts] });
    }

    /// <summary>Opens the decisions of a recording where they were taken by the same rules as a model's.</summary>
    /// <param name="path">The file.</param>
    /// <param name="manifest">The model.</param>
    /// <param name="options">Limits and codecs.</param>
    /// <param name="reason">Why there are none, where null is returned.</param>
    public static RecordingCuts? TryOpen(
        string path, ModelManifest manifest, McapReadOptions options, out string reason)
    {
        McapIndexedReader file = McapIndexedReader.Open(path, options);
        reason = "the recording holds no decisions";
        foreach (McapChannel channel in file.Channels.Values)
        {
            if (channel.Topic != RecordingTopics.Cuts)
            {
                continue;
            }

            channel.Metadata.TryGetValue(CutMessage.SpecKey, out string? spec);
            if (spec == WindowSpecHash.Of(manifest))
            {
                reason = "";
                return new RecordingCuts(file, manifest);
            }

            reason = "the recording's decisions were taken for a model with other windows";
        }

        file.Dispose();
        return null;
    }

    /// <inheritdoc/>
    public bool TryNext(WindowCut cut)
    {
        do
        {
            if (!_messages.MoveNext())
            {
                return false;
            }

            CutMessage.Read(_messages.Current.Data, _manifest, cut);
        }
        while (cut.Start < _from);

        return true;
    }

    /// <summary>Goes on with the first window that starts at an instant or later, forwards or backwards.</summary>
    public void Seek(Timestamp from)
    {
        // A window is decided on, and its decision logged, after its start.
        _messages.Seek(McapTime.FromTimestamp(from));
        _from = from;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
