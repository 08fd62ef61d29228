namespace EdgeFusion.Models;

/// <summary>The faults of one manifest, each under its JSON path, in the order found.</summary>
internal sealed class ManifestFaults
{
    // Enough to mend a file in one go; a file with more is not a manifest.
    private const int MaxListed = 50;

    private readonly List<string> _faults = [];
    private readonly HashSet<(string What, string Name)> _names = [];
    private int _more;

    public bool Any => _faults.Count > 0;

    public void Add(string path, string text)
    {
        if (_faults.Count == MaxListed)
        {
            _more++;
            return;
        }

        _faults.Add($"{path}: {text}");
    }

    /// <summary>Notes a name; the second use of one within its kind is a fault.</summary>
    public void Distinct(string what, string? name, string path)
    {
        if (name is not null && !_names.Add((what, name)))
        {
            Add(path, $"the {what} '{name}' is used more than once");
        }
    }

    public ModelException ToException(string source)
    {
        int count = _faults.Count + _more;
        string more = _more > 0 ? $"\n  and {_more} more" : "";
        return new ModelException(
            $"Model manifest {source} has {count} fault{(count == 1 ? "" : "s")}:\n  "
            + string.Join("\n  ", _faults) + more
            + "\nMend the file; models/manifest.schema.json describes it.");
    }
}
