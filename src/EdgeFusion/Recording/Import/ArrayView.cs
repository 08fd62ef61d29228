using System.Collections.Immutable;

namespace EdgeFusion.Recording.Import;

/// <summary>The part of an array that belongs to a segment, as rows.</summary>
/// <param name="First">First element of the first row.</param>
/// <param name="Stride">Elements from one row to the next.</param>
/// <param name="Width">Elements of a row.</param>
/// <param name="Rows">Number of rows.</param>
internal readonly record struct ArrayView(long First, long Stride, int Width, long Rows)
{
    private const string Time = "time";
    private const string Element = "element";

    /// <exception cref="RecordingException">The array's shape does not fit the map or the manifest.</exception>
    public static ArrayView Create(NpyFile array, MapSource source, Segment segment)
    {
        ImmutableArray<long> shape = Split(array, source);
        ImmutableArray<string> axes = source.Axes.IsEmpty ? Default(shape.Length) : source.Axes;
        if (axes.Length != shape.Length)
        {
            throw Fault(array, shape, $"the map gives it {axes.Length} axes ({string.Join(", ", axes)})");
        }

        long stride = 1;
        var view = new ArrayView(0, 0, 1, 1);
        for (int i = axes.Length - 1; i >= 0; i--)
        {
            view = axes[i] switch
            {
                Element when i == axes.Length - 1 && shape[i] is > 0 and <= SampleLimits.VectorElements =>
                    view with { Width = (int)shape[i] },
                Element => throw Fault(array, shape, $"'{Element}' must be the last axis and not empty"),
                Time => view with { Stride = stride, Rows = shape[i] },
                _ => view with { First = view.First + (Index(array, shape, i, axes[i], segment) * stride) },
            };
            stride *= shape[i];
        }

        return Slice(array, source, segment, view);
    }

    private static ArrayView Slice(NpyFile array, MapSource source, Segment segment, ArrayView view)
    {
        long offset = source.Offset is { } first ? segment.ExpandCount(first) : 0;
        long rows = source.Length is { } length ? segment.ExpandCount(length) : view.Rows - offset;
        if (offset > view.Rows || rows < 0 || rows > view.Rows - offset)
        {
            throw ImportFault.Data(
                $"'{array.Name}' segment {segment}",
                $"rows {offset} to {offset + rows} lie outside its {view.Rows} rows",
                "Check the manifest's offsets and lengths.");
        }

        return view with { First = view.First + (offset * view.Stride), Rows = rows };
    }

    private static ImmutableArray<string> Default(int rank) => rank == 1 ? [Time] : [Time, Element];

    private static ImmutableArray<long> Split(NpyFile array, MapSource source)
    {
        if (source.SplitLast.IsEmpty)
        {
            return array.Shape;
        }

        long product = 1;
        ImmutableArray<long>.Builder shape = array.Shape.ToBuilder();
        long last = shape.Count > 0 ? shape[^1] : 0;
        shape.RemoveAt(shape.Count - 1);
        foreach (int extent in source.SplitLast)
        {
            product *= extent;
            shape.Add(extent);
        }

        return product == last ? shape.ToImmutable() : throw Fault(
            array, array.Shape, $"the map splits the last axis into {string.Join(" x ", source.SplitLast)}");
    }

    private static int Index(NpyFile array, ImmutableArray<long> shape, int axis, string name, Segment segment)
    {
        if (!segment.Items.TryGetValue(name, out AxisItem item))
        {
            throw ImportFault.Map(
                $"'{array.Name}'", $"its axis '{name}' is neither a segment axis nor time nor element");
        }

        return shape[axis] == item.AxisSize ? item.Index : throw Fault(
            array, shape, $"the manifest lists {item.AxisSize} of '{name}', the array has {shape[axis]}");
    }

    private static RecordingException Fault(NpyFile array, ImmutableArray<long> shape, string why) => ImportFault.Data(
        $"'{array.Name}' of shape ({string.Join(", ", shape)})", why,
        "Check that map, manifest and array belong together.");
}
