using System.Runtime.InteropServices;

namespace EdgeFusion.Recording.Windows;

/// <summary>A column of names, kept as numbers into a table: int32 [N], -1 where a row has none.</summary>
internal sealed class NameColumn(string name, string temporaryFolder) : IDisposable
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    /// <summary>The numbers.</summary>
    public NpyColumn Numbers { get; } = new(name, "<i4", [], temporaryFolder);

    /// <summary>The table, in order of first use.</summary>
    public List<string> Names { get; } = [];

    /// <summary>Adds a row.</summary>
    public void Append(string? text)
    {
        int number = -1;
        if (text is not null && !_numbers.TryGetValue(text, out number))
        {
            number = Names.Count;
            Names.Add(text);
            _numbers.Add(text, number);
        }

        Numbers.Append(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in number)));
    }

    /// <inheritdoc/>
    public void Dispose() => Numbers.Dispose();
}
