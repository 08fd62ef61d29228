namespace EdgeFusion.Recording.Import;

/// <summary>Rows of numbers, read one after another so that memory stays bounded.</summary>
internal abstract class RowReader : IDisposable
{
    /// <summary>Number of columns.</summary>
    public abstract int Width { get; }

    /// <summary>Names of the columns; empty where the file has none.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    /// <summary>Moves to the next row.</summary>
    /// <returns>False after the last.</returns>
    /// <exception cref="RecordingException">The file is damaged; names file and row.</exception>
    public abstract bool MoveNext();

    /// <summary>A number of the row; may be NaN or infinite.</summary>
    public abstract float Number(int column);

    /// <summary>A time of the row in nanoseconds.</summary>
    public abstract long Nanoseconds(int column, TimeUnit unit);

    /// <summary>File, row and column for errors.</summary>
    public abstract string Place(int column);

    public abstract void Dispose();
}
