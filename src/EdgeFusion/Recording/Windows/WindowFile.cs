using System.Buffers;
using System.Collections.Immutable;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Pipeline;
using EdgeFusion.Predictions;
using EdgeFusion.Windowing;

namespace EdgeFusion.Recording.Windows;

/// <summary>
/// Collects the bound windows of recordings with their labels and writes them as one .npz file for training: exactly
/// the tensors and masks that the engine would have seen.
/// </summary>
/// <remarks>
/// Arrays: one per input (its type and shape, with N windows in front), avail, coverage float32 [N,M], start_ns int64
/// [N], labels_HEAD int32 [N] (-1 = none; of a regression float32 [N,K], NaN = none), context_NAME int32 [N] (-1 =
/// unknown), group int32 [N], groups (names), meta (JSON); where a label names the trial, trial int32 [N] (-1 = none),
/// trials (names). Rows go to temporary files beside the target, so memory stays bounded. <b>Threading.</b> One thread.
/// </remarks>
public sealed class WindowFile : IWindowSink, IDisposable
{
    /// <summary>Label head whose labels name the groups for splitting.</summary>
    public const string GroupHead = "group";

    /// <summary>Label head that numbers the trials with an object; their windows are judged together too.</summary>
    public const string TrialHead = "trial";

    private readonly ModelManifest _manifest;
    private readonly WindowFileOptions _options;
    private readonly NpyColumn[] _inputs;
    private readonly NpyColumn _avail;
    private readonly NpyColumn _coverage;
    private readonly NpyColumn _start;
    private readonly NameColumn _group;
    private readonly NameColumn _trial;
    private readonly NpyColumn[] _labels;
    private readonly NpyColumn[] _context;
    private readonly float[][] _values;
    private readonly List<(string File, string Sha256)> _recordings = [];
    private LabelTrack _track = new();
    private string _recording = "";

    /// <summary>Starts a file.</summary>
    /// <param name="manifest">Model or window spec.</param>
    /// <param name="options">What to keep.</param>
    /// <param name="temporaryFolder">Where rows are collected; the target's folder is a good place.</param>
    public WindowFile(ModelManifest manifest, WindowFileOptions options, string temporaryFolder)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        _manifest = manifest;
        _options = options;
        _inputs = new NpyColumn[manifest.Inputs.Length];
        for (int i = 0; i < _inputs.Length; i++)
        {
            ModelInput input = manifest.Inputs[i];
            string type = input.Type == TensorType.UInt8 ? "|u1" : "<f4";
            ReadOnlySpan<int> row = input.Shape.AsSpan(1, input.Shape.Length - 1);
            _inputs[i] = new NpyColumn(input.Tensor, type, row, temporaryFolder);
        }

        int count = _inputs.Length;
        _avail = new NpyColumn("avail", "<f4", [count], temporaryFolder);
        _coverage = new NpyColumn("coverage", "<f4", [count], temporaryFolder);
        _start = new NpyColumn("start_ns", "<i8", [], temporaryFolder);
        _group = new NameColumn("group", temporaryFolder);
        _trial = new NameColumn("trial", temporaryFolder);
        _labels = new NpyColumn[manifest.Heads.Length];
        _values = new float[_labels.Length][];
        for (int i = 0; i < _labels.Length; i++)
        {
            ModelHead head = manifest.Heads[i];
            bool regression = head.Kind == HeadKind.Regression;
            _values[i] = new float[regression ? head.Labels.Length : 0];
            _labels[i] = regression
                ? new NpyColumn("labels_" + head.Name, "<f4", [head.Labels.Length], temporaryFolder)
                : new NpyColumn("labels_" + head.Name, "<i4", [], temporaryFolder);
        }

        _context = new NpyColumn[manifest.Context.Length];
        for (int i = 0; i < _context.Length; i++)
        {
            _context[i] = new NpyColumn("context_" + manifest.Context[i].Name, "<i4", [], temporaryFolder);
        }
    }

    /// <summary>Windows kept.</summary>
    public long Count { get; private set; }

    /// <summary>Windows left out: no label at all, or no modality present.</summary>
    public long LeftOut { get; private set; }

    /// <summary>Labels that the model does not know, by "head=label".</summary>
    public SortedSet<string> UnknownLabels { get; } = new(StringComparer.Ordinal);

    /// <summary>Begins the next recording.</summary>
    /// <param name="name">Its name; the group of windows without a group label.</param>
    /// <param name="sha256">Hash of the file, for the provenance of the model.</param>
    /// <param name="labels">Its labels.</param>
    public void Begin(string name, string sha256, LabelTrack labels)
    {
        _recording = name;
        _recordings.Add((name, sha256));
        _track = labels;
    }

    /// <inheritdoc/>
    public void Write(WindowCut cut, TensorArena arena, ReadOnlySpan<ModalityState> states)
    {
        ArgumentNullException.ThrowIfNull(cut);
        ArgumentNullException.ThrowIfNull(arena);
        Span<int> labels = stackalloc int[_labels.Length];
        bool labelled = FindLabels(cut, labels);
        if ((!labelled && !_options.KeepUnlabelled) || !AnyPresent(states) || cut.Window % _options.Stride != 0)
        {
            LeftOut++;
            return;
        }

        Span<float> coverage = stackalloc float[states.Length];
        Span<float> avail = stackalloc float[states.Length];
        for (int i = 0; i < states.Length; i++)
        {
            coverage[i] = states[i].Coverage;
            avail[i] = states[i].Presence == Presence.Present ? 1 : 0;
            _inputs[i].Append(arena.Bytes(i));
        }

        _avail.Append(MemoryMarshal.AsBytes(avail));
        _coverage.Append(MemoryMarshal.AsBytes(coverage));
        Append(_start, cut.Start.Nanoseconds);
        _group.Append(_track.Covering(GroupHead, cut.Start, cut.End) ?? _recording);
        _trial.Append(_track.Covering(TrialHead, cut.Start, cut.End));
        for (int i = 0; i < labels.Length; i++)
        {
            AppendLabel(i, labels[i]);
        }

        for (int i = 0; i < _context.Length; i++)
        {
            Append(_context[i], cut.Context[i]);
        }

        Count++;
    }

    /// <summary>Writes the file, replacing an older one only when the new one is complete.</summary>
    public void Save(string path)
    {
        string partial = path + ".partial";
        using (var stream = new FileStream(partial, FileMode.Create, FileAccess.Write))
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create))
        {
            foreach (NpyColumn column in _trial.Names.Count > 0 ? [.. Columns(), _trial.Numbers] : Columns())
            {
                using Stream entry = Entry(zip, column.Name);
                column.CopyTo(entry, Count);
            }

            WriteText(zip, "groups", _group.Names);
            if (_trial.Names.Count > 0)
            {
                WriteText(zip, "trials", _trial.Names);
            }

            WriteText(zip, "meta", null, Meta());
        }

        File.Move(partial, path, overwrite: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (NpyColumn column in Columns())
        {
            column.Dispose();
        }

        _trial.Dispose();
    }

    private void AppendLabel(int head, int label)
    {
        if (_values[head].Length == 0)
        {
            Append(_labels[head], label);
        }
        else
        {
            _labels[head].Append(MemoryMarshal.AsBytes(_values[head].AsSpan()));
        }
    }

    private static Stream Entry(ZipArchive zip, string name) =>
        zip.CreateEntry(name + ".npy", CompressionLevel.NoCompression).Open();

    private static void Append<T>(NpyColumn column, T value)
        where T : unmanaged => column.Append(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    private static bool AnyPresent(ReadOnlySpan<ModalityState> states)
    {
        foreach (ref readonly ModalityState state in states)
        {
            if (state.Presence == Presence.Present)
            {
                return true;
            }
        }

        return false;
    }

    private IEnumerable<NpyColumn> Columns() =>
        [.. _inputs, _avail, _coverage, _start, _group.Numbers, .. _labels, .. _context];

    private bool FindLabels(WindowCut cut, Span<int> labels)
    {
        bool any = false;
        for (int i = 0; i < labels.Length; i++)
        {
            ModelHead head = _manifest.Heads[i];
            labels[i] = -1;
            _values[i].AsSpan().Fill(float.NaN);
            if (_track.Covering(head.Name, cut.Start, cut.End) is { } label)
            {
                labels[i] = head.Kind == HeadKind.Regression ? Parse(label, _values[i]) : head.Labels.IndexOf(label);
                any |= labels[i] >= 0;
                if (labels[i] < 0)
                {
                    UnknownLabels.Add(head.Name + "=" + label);
                }
            }
        }

        return any;
    }

    // 0 where all values are there; -1 where there is no such label.
    private static int Parse(string label, float[] values)
    {
        if (RegressionLabel.TryParse(label, values))
        {
            return 0;
        }

        values.AsSpan().Fill(float.NaN);
        return -1;
    }

    /// <summary>NumPy unicode arrays: UTF-32 little endian, padded with zeros to the longest.</summary>
    private static void WriteText(ZipArchive zip, string name, List<string>? list, string? single = null)
    {
        List<string> texts = list ?? [single!];
        int longest = 1;
        foreach (string text in texts)
        {
            longest = Math.Max(longest, Encoding.UTF32.GetByteCount(text) / 4);
        }

        using Stream entry = Entry(zip, name);
        entry.Write(NpyHeader.Bytes($"<U{longest}", list is null ? "()" : $"({list.Count},)"));
        var row = new byte[longest * 4];
        foreach (string text in texts)
        {
            Array.Clear(row);
            Encoding.UTF32.GetBytes(text, row);
            entry.Write(row);
        }
    }

    private string Meta()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("model", _manifest.Name);
            json.WriteString("window_spec", WindowSpecHash.Of(_manifest));
            json.WriteString("tool", "edgefusion " + GetType().Assembly.GetName().Version?.ToString(3));
            json.WriteStartArray("recordings");
            foreach ((string file, string sha256) in _recordings)
            {
                json.WriteStartObject();
                json.WriteString("file", file);
                json.WriteString("sha256", sha256);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("inputs");
            foreach (ModelInput input in _manifest.Inputs)
            {
                json.WriteStartObject();
                json.WriteString("tensor", input.Tensor);
                json.WriteString("modality", input.Modality);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartObject("labels");
            foreach (ModelHead head in _manifest.Heads)
            {
                WriteLabels(json, head.Name, head.Labels);
            }

            json.WriteEndObject();
            if (_context.Length > 0)
            {
                json.WriteStartObject("context");
                foreach (ContextInput context in _manifest.Context)
                {
                    WriteLabels(json, context.Name, context.Labels);
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteLabels(Utf8JsonWriter json, string head, ImmutableArray<string> labels)
    {
        json.WriteStartArray(head);
        foreach (string label in labels)
        {
            json.WriteStringValue(label);
        }

        json.WriteEndArray();
    }
}
