using EdgeFusion.Models;
using EdgeFusion.Pipeline;
using EdgeFusion.Time;

namespace EdgeFusion.Recording;

/// <summary>
/// The context of a recording: for each window the label of that name whose stretch covers the window's middle;
/// unknown where there is none, or one that the model does not have.
/// </summary>
/// <remarks>Depends on the recording and the window only. <b>Threading.</b> One thread.</remarks>
public sealed class RecordedContext : IContextSource
{
    private readonly ModelManifest _manifest;
    private readonly LabelTrack _labels;

    /// <summary>Takes the context of a model from the labels of a recording.</summary>
    public RecordedContext(ModelManifest manifest, LabelTrack labels)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(labels);
        _manifest = manifest;
        _labels = labels;
    }

    /// <summary>Middle of a window, the instant that decides.</summary>
    public static Timestamp Middle(Timestamp start, Timestamp end) =>
        start.AddNanoseconds(end.NanosecondsSince(start) / 2);

    /// <inheritdoc/>
    public void Read(Timestamp start, Timestamp end, Span<int> labels)
    {
        Timestamp middle = Middle(start, end);
        for (int i = 0; i < _manifest.Context.Length; i++)
        {
            ContextInput context = _manifest.Context[i];
            labels[i] = _labels.Covering(context.Name, middle, middle.AddNanoseconds(1)) is { } label
                ? context.Labels.IndexOf(label)
                : -1;
        }
    }
}
