using System.Collections;

namespace EdgeFusion.Tests.Models;

/// <summary>Rows of (from, to, path) for a theory: replace one text by another, and expect a fault at the path.</summary>
public sealed class TheoryRows : IEnumerable<object?[]>
{
    private readonly List<object?[]> _rows = [];

    public void Add((string From, string To, string? Path) row) => _rows.Add([row.From, row.To, row.Path]);

    public IEnumerator<object?[]> GetEnumerator() => _rows.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
