using System.Collections.Immutable;
using EdgeFusion.Models;
using EdgeFusion.Time;

namespace EdgeFusion.Pipeline;

/// <summary>
/// The context of a live run as somebody sets it: the configuration at start, commands later. A change takes effect
/// with the next window that is cut; each window's decision records what it used, so that a replay repeats it.
/// </summary>
/// <remarks><b>Threading.</b> Any thread may set or ask at any time; values set by one call change together. Reading
/// for a window takes no lock and allocates nothing.</remarks>
public sealed class ContextSource : IContextSource
{
    private const int Unknown = -1;

    private readonly ModelManifest _manifest;
    private readonly Lock _lock = new();
    private int[] _labels;

    /// <summary>A source in which everything is unknown.</summary>
    public ContextSource(ModelManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        _manifest = manifest;
        _labels = new int[manifest.Context.Length];
        _labels.AsSpan().Fill(Unknown);
    }

    /// <summary>What is wrong with values for a model's context inputs; empty where nothing is.</summary>
    /// <param name="manifest">The model.</param>
    /// <param name="values">Label by name of the context input; null or empty = unknown.</param>
    public static ImmutableArray<string> Check(
        ModelManifest manifest, IEnumerable<KeyValuePair<string, string?>> values)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(values);
        ImmutableArray<string>.Builder faults = ImmutableArray.CreateBuilder<string>();
        foreach ((string name, string? label) in values)
        {
            int index = IndexOf(manifest, name);
            if (index < 0)
            {
                faults.Add($"{PrintableText.Clean(name)}: the model '{manifest.Name}' has no such context; "
                    + Names(manifest));
            }
            else if (!string.IsNullOrEmpty(label) && !manifest.Context[index].Labels.Contains(label))
            {
                faults.Add($"{name}: '{PrintableText.Clean(label)}' is unknown; there are "
                    + string.Join(", ", manifest.Context[index].Labels));
            }
        }

        return faults.ToImmutable();
    }

    /// <summary>Sets some values together; the others stay.</summary>
    /// <param name="values">Label by name of the context input; null or empty = unknown.</param>
    /// <returns>Null where all were set; else what is wrong, one fault per line, and nothing was set.</returns>
    public string? TrySet(IReadOnlyCollection<KeyValuePair<string, string?>> values)
    {
        ImmutableArray<string> faults = Check(_manifest, values);
        if (!faults.IsEmpty)
        {
            return string.Join('\n', faults);
        }

        lock (_lock)
        {
            int[] labels = (int[])_labels.Clone();
            foreach ((string name, string? label) in values)
            {
                int index = IndexOf(_manifest, name);
                labels[index] = string.IsNullOrEmpty(label) ? Unknown : _manifest.Context[index].Labels.IndexOf(label);
            }

            // Pairs with the read in Read: whoever sees the array sees its content.
            Volatile.Write(ref _labels, labels);
        }

        return null;
    }

    /// <summary>The present label of a context input; null where it is unknown or there is no such input.</summary>
    public string? Get(string name)
    {
        int index = IndexOf(_manifest, name);
        int label = index < 0 ? Unknown : Volatile.Read(ref _labels)[index];
        return label < 0 ? null : _manifest.Context[index].Labels[label];
    }

    /// <inheritdoc/>
    public void Read(Timestamp start, Timestamp end, Span<int> labels) =>
        Volatile.Read(ref _labels).AsSpan().CopyTo(labels);

    private static int IndexOf(ModelManifest manifest, string name)
    {
        for (int i = 0; i < manifest.Context.Length; i++)
        {
            if (manifest.Context[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }

    private static string Names(ModelManifest manifest)
    {
        var names = new List<string>();
        foreach (ContextInput context in manifest.Context)
        {
            names.Add(context.Name);
        }

        return names.Count == 0 ? "it has none" : "it has " + string.Join(", ", names);
    }
}
