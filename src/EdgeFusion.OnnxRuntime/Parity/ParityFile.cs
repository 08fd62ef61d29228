using System.Collections.Immutable;
using System.Text.Json;
using EdgeFusion.Inference;
using EdgeFusion.Models;

namespace EdgeFusion.OnnxRuntime.Parity;

/// <summary>
/// Synthetic windows of a model and what the training framework answered to them (parity.json beside the manifest):
/// the proof that export, run time and provider compute the same function.
/// </summary>
/// <remarks><b>Threading.</b> Immutable.</remarks>
public sealed class ParityFile
{
    /// <summary>File name beside the manifest.</summary>
    public const string FileName = "parity.json";

    private const long MaxBytes = 16 << 20;

    private readonly ImmutableArray<ImmutableArray<float>> _low;
    private readonly ImmutableArray<ImmutableArray<float>> _span;

    private ParityFile(
        double tolerance, ImmutableArray<ImmutableArray<float>> low, ImmutableArray<ImmutableArray<float>> span,
        ImmutableArray<ParityCase> cases)
    {
        Tolerance = tolerance;
        _low = low;
        _span = span;
        Cases = cases;
    }

    /// <summary>Largest absolute difference that counts as equal.</summary>
    public double Tolerance { get; }

    /// <summary>The windows.</summary>
    public ImmutableArray<ParityCase> Cases { get; }

    /// <summary>Reads the file of a model.</summary>
    /// <param name="manifest">The model; the file lies in its folder.</param>
    /// <exception cref="ModelException">It is missing, malformed or for another model.</exception>
    public static ParityFile Read(ModelManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        string path = Path.Combine(manifest.Folder, FileName);
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
            {
                throw new ModelException($"Parity file {path} is larger than {MaxBytes} bytes.");
            }

            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            return Parse(document.RootElement, manifest, path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException
            or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ModelException($"Cannot read the parity file {path}: {fault.Message}", fault);
        }
    }

    /// <summary>Windows by the same formula for a model without a parity file: values, but no answers.</summary>
    public static ParityFile Synthetic(ModelManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        int inputs = manifest.Inputs.Length;
        ImmutableArray<ImmutableArray<float>>.Builder low = ImmutableArray.CreateBuilder<ImmutableArray<float>>();
        ImmutableArray<ImmutableArray<float>>.Builder span = ImmutableArray.CreateBuilder<ImmutableArray<float>>();
        for (int i = 0; i < inputs; i++)
        {
            low.Add([-0.5f]);
            span.Add([1]);
        }

        ImmutableArray<ParityCase>.Builder cases = ImmutableArray.CreateBuilder<ParityCase>();
        var none = ImmutableDictionary<string, ImmutableArray<float>>.Empty;
        cases.Add(new ParityCase("all", Mask(inputs, -1), none));
        for (int i = 0; i < inputs && inputs > 1; i++)
        {
            cases.Add(new ParityCase($"without {i}", Mask(inputs, i), none));
        }

        return new ParityFile(0, low.ToImmutable(), span.ToImmutable(), cases.ToImmutable());
    }

    /// <summary>Fills inputs and mask with a case. A model without a mask gets the values only.</summary>
    public void Fill(TensorArena arena, int number)
    {
        ArgumentNullException.ThrowIfNull(arena);
        for (int slot = 0; slot < arena.InputCount; slot++)
        {
            SyntheticInput.Fill(arena, slot, number, _low[slot], _span[slot]);
        }

        if (arena.MaskIndex >= 0)
        {
            Cases[number].Mask.AsSpan().CopyTo(arena.Floats(arena.MaskIndex));
        }

        foreach (int slot in arena.ContextIndices)
        {
            Span<float> tensor = arena.Floats(slot);
            tensor.Clear();
            if (Cases[number].Context.TryGetValue(arena.Slots[slot].Name, out int label) && label >= 0)
            {
                tensor[label] = 1;
            }
        }
    }

    /// <summary>Fills inputs with a window of any number, all modalities present and the context unknown.</summary>
    public void FillPresent(TensorArena arena, int number)
    {
        ArgumentNullException.ThrowIfNull(arena);
        for (int slot = 0; slot < arena.InputCount; slot++)
        {
            SyntheticInput.Fill(arena, slot, number, _low[slot], _span[slot]);
        }

        for (int slot = arena.InputCount; slot < arena.FirstOutput; slot++)
        {
            arena.Floats(slot).Fill(slot == arena.MaskIndex ? 1 : 0);
        }
    }

    /// <summary>
    /// Largest absolute difference between the outputs in an arena and the answers of a case; infinity where a value
    /// is not finite.
    /// </summary>
    /// <exception cref="ModelException">The case lacks an output or has one of another size.</exception>
    public double Difference(TensorArena arena, int number)
    {
        ArgumentNullException.ThrowIfNull(arena);
        double largest = 0;
        for (int slot = arena.FirstOutput; slot < arena.Slots.Length; slot++)
        {
            string name = arena.Slots[slot].Name;
            ReadOnlySpan<float> actual = arena.Floats(slot);
            if (!Cases[number].Outputs.TryGetValue(name, out ImmutableArray<float> expected)
                || expected.Length != actual.Length)
            {
                throw new ModelException(
                    $"Parity case '{Cases[number].Name}' has {(expected.IsDefault ? 0 : expected.Length)} values for "
                    + $"output '{name}', the model has {actual.Length}. Export the model again.");
            }

            largest = Math.Max(largest, LargestDifference(expected.AsSpan(), actual));
        }

        return largest;
    }

    /// <summary>Largest absolute difference of two rows of values; infinity where one is not finite.</summary>
    public static double LargestDifference(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(actual.Length, expected.Length);
        double largest = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            double difference = Math.Abs((double)actual[i] - expected[i]);
            largest = double.IsFinite(difference) ? Math.Max(largest, difference) : double.PositiveInfinity;
        }

        return largest;
    }

    private static ParityFile Parse(JsonElement root, ModelManifest manifest, string path)
    {
        string? model = root.GetProperty("model").GetString();
        JsonElement inputs = root.GetProperty("inputs");
        bool fits = root.GetProperty("schema").GetInt32() == 1 && model == manifest.Name
            && inputs.GetArrayLength() == manifest.Inputs.Length;
        if (!fits)
        {
            throw new ModelException($"Parity file {path} is not of schema 1 for model '{manifest.Name}'.");
        }

        ImmutableArray<ImmutableArray<float>>.Builder low = ImmutableArray.CreateBuilder<ImmutableArray<float>>();
        ImmutableArray<ImmutableArray<float>>.Builder span = ImmutableArray.CreateBuilder<ImmutableArray<float>>();
        foreach (JsonElement input in inputs.EnumerateArray())
        {
            string? tensor = input.GetProperty("tensor").GetString();
            low.Add(Floats(input.GetProperty("low")));
            span.Add(Floats(input.GetProperty("span")));
            if (tensor != manifest.Inputs[low.Count - 1].Tensor || low[^1].IsEmpty || low[^1].Length != span[^1].Length)
            {
                throw new ModelException(
                    $"Parity file {path}: input {low.Count - 1} must be '{manifest.Inputs[low.Count - 1].Tensor}' with "
                    + "as many values in low as in span, and at least one.");
            }
        }

        ImmutableArray<ParityCase>.Builder cases = ImmutableArray.CreateBuilder<ParityCase>();
        foreach (JsonElement entry in root.GetProperty("cases").EnumerateArray())
        {
            cases.Add(ParseCase(entry, manifest, path));
        }

        return new ParityFile(
            root.GetProperty("tolerance").GetDouble(), low.ToImmutable(), span.ToImmutable(), cases.ToImmutable());
    }

    private static ParityCase ParseCase(JsonElement entry, ModelManifest manifest, string path)
    {
        ImmutableDictionary<string, ImmutableArray<float>>.Builder outputs =
            ImmutableDictionary.CreateBuilder<string, ImmutableArray<float>>(StringComparer.Ordinal);
        foreach (JsonProperty output in entry.GetProperty("outputs").EnumerateObject())
        {
            outputs[output.Name] = Floats(output.Value);
        }

        ImmutableArray<float> mask = Floats(entry.GetProperty("avail"));
        return mask.Length == manifest.Inputs.Length
            ? new ParityCase(entry.GetProperty("name").GetString() ?? "", mask, outputs.ToImmutable())
            {
                Context = ParseContext(entry, manifest, path),
            }
            : throw new ModelException($"Parity file {path}: a mask has {mask.Length} entries.");
    }

    // Label number per context input; -1 = unknown.
    private static ImmutableDictionary<string, int> ParseContext(
        JsonElement entry, ModelManifest manifest, string path)
    {
        ImmutableDictionary<string, int>.Builder context =
            ImmutableDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        if (!entry.TryGetProperty("context", out JsonElement stated))
        {
            return context.ToImmutable();
        }

        foreach (ContextInput input in manifest.Context)
        {
            if (stated.TryGetProperty(input.Name, out JsonElement label))
            {
                int index = label.GetInt32();
                context[input.Tensor] = index < input.Labels.Length
                    ? index
                    : throw new ModelException(
                        $"Parity file {path}: context '{input.Name}' has no label number {index}.");
            }
        }

        return context.ToImmutable();
    }

    private static ImmutableArray<float> Floats(JsonElement list)
    {
        ImmutableArray<float>.Builder values = ImmutableArray.CreateBuilder<float>(list.GetArrayLength());
        foreach (JsonElement value in list.EnumerateArray())
        {
            values.Add(value.GetSingle());
        }

        return values.MoveToImmutable();
    }

    private static ImmutableArray<float> Mask(int inputs, int absent)
    {
        float[] mask = new float[inputs];
        Array.Fill(mask, 1);
        if (absent >= 0)
        {
            mask[absent] = 0;
        }

        return [.. mask];
    }
}
