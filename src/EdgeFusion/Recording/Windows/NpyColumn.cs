using System.Globalization;
using System.Text;

namespace EdgeFusion.Recording.Windows;

/// <summary>One array of a window file, grown row by row in a temporary file until the number of rows is
/// known.</summary>
internal sealed class NpyColumn : IDisposable
{
    private readonly FileStream _rows;
    private readonly string _descriptor;
    private readonly string _rowShape;

    /// <param name="name">Name of the array.</param>
    /// <param name="descriptor">NumPy type, e.g. "&lt;f4" or "|u1".</param>
    /// <param name="rowShape">Shape of a row; empty for one number.</param>
    /// <param name="folder">Where the temporary file goes.</param>
    public NpyColumn(string name, string descriptor, ReadOnlySpan<int> rowShape, string folder)
    {
        Name = name;
        _descriptor = descriptor;
        var shape = new StringBuilder();
        foreach (int extent in rowShape)
        {
            shape.Append(CultureInfo.InvariantCulture, $" {extent},");
        }

        _rowShape = shape.ToString();
        string path = Path.Combine(folder, Path.GetRandomFileName());
        _rows = new FileStream(
            path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
    }

    public string Name { get; }

    public void Append(ReadOnlySpan<byte> row) => _rows.Write(row);

    /// <summary>Writes header and rows (NPY format version 1.0).</summary>
    public void CopyTo(Stream target, long rows)
    {
        target.Write(NpyHeader.Bytes(_descriptor, string.Create(
            CultureInfo.InvariantCulture, $"({rows},{_rowShape})")));
        _rows.Position = 0;
        _rows.CopyTo(target);
    }

    public void Dispose() => _rows.Dispose();
}
